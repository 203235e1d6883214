package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.function.FunctionHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A function that feeds its own queue is stopped (lambda-semantics 2.4). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class RecursionThroughQueueIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_RUNS = 16;

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Vertx vertx = Vertx.vertx();
    private final List<String> runs = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        done(vertx.close());
    }

    private static <T> T done(Future<T> future) {
        return future.timeout(60, TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private HttpResponse<String> exchange(HttpRequest.Builder request, String path)
            throws IOException, InterruptedException {
        return http.send(
                request.uri(millrace.millrace().httpUrl().orElseThrow().resolve(path))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Calls another function for each of its own runs, as whoever uses an SDK does. */
    private RequestStreamHandler caller(String next) {
        return (input, output, context) -> {
            runs.add(context.getAwsRequestId());
            try {
                exchange(
                        HttpRequest.newBuilder()
                                .POST(BodyPublishers.ofString("{}"))
                                .header("X-Amz-Invocation-Type", "Event")
                                .header("X-Amzn-Trace-Id", context.getXrayTraceId()),
                        "/2015-03-31/functions/" + next + "/invocations");
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        };
    }

    @Test
    void a_function_whose_callee_sends_to_its_queue_runs_sixteen_times_and_the_message_becomes_a_dead_letter()
            throws IOException, InterruptedException {
        // Given
        BrokerConnection connection = done(BrokerConnection.open(
                vertx, BrokerAddress.local("127.0.0.1", millrace.broker().amqpPort()), "test"));
        done(connection.firstUp());
        BrokerManagement management = new BrokerManagement(connection);
        done(management.setRedelivery("round-in", OptionalLong.empty(), OptionalInt.of(1)));
        FunctionHandler callee = (event, context) -> new byte[] {'1'};
        millrace.millrace().deploy("callee", callee);
        millrace.millrace().deploy("caller", caller("callee"));
        MappedQueue queue = new MappedQueue(
                millrace.broker().amqpPort(), millrace.millrace().httpUrl().orElseThrow(), "round-in");
        String destination = "{\"DestinationConfig\": {\"OnSuccess\": {\"Destination\": \"" + queue.arn() + "\"}}}";
        HttpResponse<String> configured = exchange(
                HttpRequest.newBuilder().PUT(BodyPublishers.ofString(destination)),
                "/2019-09-25/functions/callee/event-invoke-config");
        assertThat(configured.statusCode()).as(configured.body()).isEqualTo(200);
        // When
        queue.send(List.of("round"));
        queue.map("caller", "");
        // Then
        await().atMost(PATIENCE)
                .until(() -> done(management.findQueue("DLQ"))
                                .map(QueueState::messages)
                                .orElse(0L)
                        == 1);
        assertThat(runs).hasSize(MOST_RUNS);
        assertThat(queue.waiting("round-in")).isEmpty();
        done(connection.close());
    }
}
