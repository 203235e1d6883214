package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.ThrottleReason;
import io.millrace.runtime.dispatch.Invoker;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamedInvocationsTest {
    private static final String PATH = "/2021-11-15/functions/orders/response-streaming-invocations";

    private final Door door;

    StreamedInvocationsTest(@TempDir Path data) {
        this.door = new Door(data).with("orders");
    }

    @BeforeEach
    void forget() {
        door.invoker.forget();
    }

    @AfterAll
    void close() {
        door.close();
    }

    private HttpResponse<byte[]> send() throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        door.request(PATH)
                                .POST(BodyPublishers.ofString("{\"n\":1}"))
                                .header("X-Amz-Log-Type", "Tail")
                                .build(),
                        BodyHandlers.ofByteArray());
    }

    @Test
    void a_response_is_a_chunk_and_its_completion() throws IOException, InterruptedException {
        // Given
        door.invoker.answer = RecordingInvoker.succeeded("{\"total\":3}");
        // When
        HttpResponse<byte[]> response = send();
        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/vnd.amazon.eventstream");
        assertThat(response.headers().firstValue("X-Amz-Executed-Version")).contains("$LATEST");
        assertThat(response.headers().allValues("x-amzn-RequestId")).hasSize(1);
        List<EventStreamReader.Event> events = EventStreamReader.read(response.body());
        assertThat(events).hasSize(2);
        assertThat(events.get(0).headers())
                .isEqualTo(Map.of(
                        ":message-type", "event",
                        ":event-type", "PayloadChunk",
                        ":content-type", "application/octet-stream"));
        assertThat(events.get(0).text()).isEqualTo("{\"total\":3}");
        assertThat(events.get(1).headers())
                .isEqualTo(Map.of(
                        ":message-type", "event",
                        ":event-type", "InvokeComplete",
                        ":content-type", "application/json"));
        assertThat(events.get(1).text()).isEqualTo("{}");
        assertThat(door.invoker.called.get(0).attributes()).containsOnlyKeys(Invocation.LOG_TAIL);
    }

    @Test
    void the_functions_error_and_the_log_are_in_the_completion() throws IOException, InterruptedException {
        // Given
        byte[] error = "{\"errorMessage\":\"é\"}".getBytes(StandardCharsets.UTF_8);
        door.invoker.answer = Future.succeededFuture(new Invoker.Answer(
                new Outcome.FunctionError("E", "é", "", error), "7", Optional.of(new byte[] {'l', 'o', 'g'})));
        // When
        HttpResponse<byte[]> response = send();
        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("X-Amz-Executed-Version")).contains("7");
        assertThat(EventStreamReader.read(response.body())).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("InvokeComplete");
            assertThat(event.text())
                    .isEqualTo("{\"ErrorCode\":\"Unhandled\",\"ErrorDetails\":\"{\\\"errorMessage\\\":\\\"é\\\"}\","
                            + "\"LogResult\":\"bG9n\"}");
        });
    }

    @Test
    void what_did_not_run_is_refused_as_with_invoke() throws IOException, InterruptedException {
        door.invoker.answer =
                RecordingInvoker.ended(new Outcome.Throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        assertThat(send().statusCode()).isEqualTo(429);
        door.invoker.answer = Future.failedFuture(new BrokerUnavailableException("away"));
        assertThat(send().statusCode()).isEqualTo(503);
        assertThat(door.post(PATH, "nope").header("x-amzn-ErrorType")).isEqualTo("InvalidRequestContentException");
        assertThat(door.post(PATH, "1", "X-Amz-Invocation-Type", "Event").header("x-amzn-ErrorType"))
                .isEqualTo("ValidationException");
        assertThat(door.post(PATH.replace("orders", "nobody"), "1").status()).isEqualTo(404);
    }

    @Test
    void a_dry_run_runs_nothing() {
        Door.Answer answer = door.post(PATH, "1", "X-Amz-Invocation-Type", "DryRun");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(door.invoker.called).isEmpty();
    }
}
