package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.lambdaapi.EventStreamReader;
import io.millrace.runtime.registry.Archives;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.FunctionRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All forms of invoke over HTTP, through a real broker, in this process and in processes of their own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class InvokeFormsIT {
    /** A function's timeout where it is not what is asked about; other builds may run on the same cores. */
    private static final Duration PATIENT = Duration.ofSeconds(60);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGE = 24 * 1024 * 1024;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Millrace millrace;

    @BeforeAll
    void start(@TempDir Path data) {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            ObjectNode allow = JSON.createObjectNode().put("RecursiveLoop", "Allow");
            registry.documents().change(DocumentKind.RECURSION, "free", "$LATEST", before -> Optional.of(allow));
        }
        millrace = Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .http("127.0.0.1", 0)
                .set("async.retryDelay", "PT0.1S")
                .start();
    }

    @AfterAll
    void stop() {
        millrace.close();
    }

    private URI at(String path) {
        return URI.create(millrace.httpUrl().orElseThrow() + path);
    }

    private HttpRequest.Builder invoking(String function) {
        return HttpRequest.newBuilder(at("/2015-03-31/functions/" + function + "/invocations"));
    }

    private HttpRequest.Builder streaming(String function) {
        return HttpRequest.newBuilder(at("/2021-11-15/functions/" + function + "/response-streaming-invocations"));
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, String payload, HttpResponse.BodyHandler<T> body) {
        try {
            return http.send(request.POST(BodyPublishers.ofString(payload)).build(), body);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private List<EventStreamReader.Event> stream(String function, String payload) {
        HttpRequest.Builder request = streaming(function).header("X-Amz-Log-Type", "Tail");
        return EventStreamReader.read(
                send(request, payload, BodyHandlers.ofByteArray()).body());
    }

    private void create(String name, String runtime, String file, String code) {
        create(name, runtime, file, code, PATIENT);
    }

    private void create(String name, String runtime, String file, String code, Duration timeout) {
        ObjectNode body = JSON.createObjectNode()
                .put("FunctionName", name)
                .put("Runtime", runtime)
                .put("Role", "arn:aws:iam::000000000000:role/any")
                .put("Handler", file.replaceAll("\\..*", "") + ".handler")
                .put("Timeout", timeout.toSeconds());
        body.putObject("Code").put("ZipFile", Archives.with(file, code));
        HttpResponse<String> answer =
                send(HttpRequest.newBuilder(at("/2015-03-31/functions")), body.toString(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        Settled.await(at("/"), name);
    }

    private static String tail(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static String chunks(List<EventStreamReader.Event> events) {
        return events.stream()
                .filter(event -> event.type().equals("PayloadChunk"))
                .map(EventStreamReader.Event::text)
                .collect(Collectors.joining());
    }

    private static String completion(List<EventStreamReader.Event> events) {
        EventStreamReader.Event last = events.get(events.size() - 1);
        assertThat(last.type()).isEqualTo("InvokeComplete");
        return last.text();
    }

    /** The next message of the stream, as it arrives. */
    private static EventStreamReader.Event next(InputStream stream) throws IOException {
        byte[] length = stream.readNBytes(4);
        int bytes = ByteBuffer.wrap(length).getInt();
        ByteBuffer whole = ByteBuffer.allocate(bytes).put(length).put(stream.readNBytes(bytes - 4));
        return EventStreamReader.read(whole.array()).get(0);
    }

    @Test
    void the_end_of_the_log_has_what_a_function_in_this_process_logged() {
        // Given
        millrace.deploy("logging", (RequestHandler<Map<String, Object>, String>) (event, context) -> {
            context.getLogger().log("order " + event.get("n") + "\n");
            if (event.containsKey("fail")) {
                throw new IllegalStateException("no");
            }
            return "done";
        });
        // When
        HttpResponse<String> well =
                send(invoking("logging").header("X-Amz-Log-Type", "Tail"), "{\"n\":7}", BodyHandlers.ofString());
        HttpResponse<String> badly = send(
                invoking("logging").header("X-Amz-Log-Type", "Tail"), "{\"n\":8,\"fail\":1}", BodyHandlers.ofString());
        HttpResponse<String> silent = send(invoking("logging"), "{\"n\":9}", BodyHandlers.ofString());
        // Then
        String id = well.headers().firstValue("x-amzn-RequestId").orElseThrow();
        assertThat(tail(well.headers().firstValue("X-Amz-Log-Result").orElseThrow()))
                .matches("START RequestId: " + id + " Version: \\$LATEST\norder 7\nEND RequestId: " + id
                        + "\nREPORT RequestId: " + id + "\tDuration: [0-9.]+ ms\tBilled Duration: \\d+ ms\t"
                        + "Memory Size: \\d+ MB\t\n");
        assertThat(badly.headers().firstValue("X-Amz-Function-Error")).contains("Unhandled");
        assertThat(tail(badly.headers().firstValue("X-Amz-Log-Result").orElseThrow()))
                .contains("order 8\n", "\tStatus: error\tError Type: java.lang.IllegalStateException\t")
                .doesNotContain("order 7");
        assertThat(silent.headers().firstValue("X-Amz-Log-Result")).isEmpty();
    }

    @Test
    void the_end_of_the_log_has_what_a_function_in_its_own_process_printed() {
        // Given
        create(
                "printing",
                "python3.12",
                "app.py",
                """
                import os
                def handler(event, context):
                    print("x" * event["length"])
                    print("and " + event["word"])
                    return os.environ["_X_AMZN_TRACE_ID"]
                """);
        for (int i = 1; i <= 20; i++) {
            // When
            HttpResponse<String> answer = send(
                    invoking("printing").header("X-Amz-Log-Type", "Tail"),
                    "{\"length\":" + i * 500 + ",\"word\":\"word" + i + "\"}",
                    BodyHandlers.ofString());
            // Then
            String id = answer.headers().firstValue("x-amzn-RequestId").orElseThrow();
            String tail = tail(answer.headers().firstValue("X-Amz-Log-Result").orElseThrow());
            assertThat(tail.length()).isLessThanOrEqualTo(4096);
            assertThat(tail).contains("x\nand word" + i + "\nEND RequestId: " + id + "\nREPORT RequestId: " + id);
            assertThat(answer.body()).matches("\"Root=1-.*;Lineage=[0-9a-f]{8}:1\"");
        }
    }

    @Test
    void a_response_arrives_while_a_function_in_this_process_makes_it() throws IOException {
        // Given
        CountDownLatch gate = new CountDownLatch(1);
        millrace.deploy(
                "gated",
                (RequestStreamHandler) (input, output, context) -> {
                    output.write("first".getBytes(StandardCharsets.UTF_8));
                    output.flush();
                    try {
                        gate.await();
                    } catch (InterruptedException cutOff) {
                        throw new IllegalStateException(cutOff);
                    }
                    output.write("second".getBytes(StandardCharsets.UTF_8));
                },
                definition -> definition.withTimeout(PATIENT));
        // When
        HttpResponse<InputStream> response = send(streaming("gated"), "1", BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            // Then
            assertThat(next(body).text()).isEqualTo("first");
            gate.countDown();
            assertThat(next(body).text()).isEqualTo("second");
            assertThat(next(body).text()).isEqualTo("{}");
            assertThat(body.read()).isNegative();
        }
        assertThat(send(invoking("gated"), "1", BodyHandlers.ofString()).body()).isEqualTo("firstsecond");
    }

    @Test
    void a_response_arrives_while_a_function_in_its_own_process_makes_it(@TempDir Path shared) throws IOException {
        // Given
        String code =
                """
                import fs from 'node:fs';
                export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
                  stream.setContentType('text/event-stream');
                  stream.write('first');
                  while (event.gate && !fs.existsSync(event.gate)) {
                    await new Promise((resolve) => setTimeout(resolve, 20));
                  }
                  if (event.fail) throw new TypeError('broke off');
                  while (event.exit) {
                    if (fs.existsSync(event.exit)) process.exit(3);
                    await new Promise((resolve) => setTimeout(resolve, 20));
                  }
                  if (event.hang) await new Promise((resolve) => setTimeout(resolve, 60000));
                  console.log('to the log');
                  stream.write('second');
                  stream.end();
                });
                """;
        create("node-stream", "nodejs20.x", "app.mjs", code, PATIENT);
        create("node-hang", "nodejs20.x", "app.mjs", code, Duration.ofSeconds(5));
        Path gate = shared.resolve("open");
        // When
        HttpResponse<InputStream> response =
                send(streaming("node-stream"), "{\"gate\":\"" + gate + "\"}", BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            // Then
            assertThat(next(body).text()).isEqualTo("first");
            Files.createFile(gate);
            assertThat(next(body).text()).isEqualTo("second");
            assertThat(next(body).text()).isEqualTo("{}");
        }
        List<EventStreamReader.Event> logged = stream("node-stream", "{}");
        assertThat(chunks(logged)).isEqualTo("firstsecond");
        assertThat(tail(JSON.readTree(completion(logged)).path("LogResult").asText()))
                .contains("to the log\nEND RequestId: ");
        List<EventStreamReader.Event> failed = stream("node-stream", "{\"fail\":true}");
        assertThat(chunks(failed)).isEqualTo("first");
        assertThat(JSON.readTree(completion(failed)).path("ErrorCode").asText()).isEqualTo("Unhandled");
        assertThat(JSON.readTree(completion(failed)).path("ErrorDetails").asText())
                .contains("\"errorType\":\"TypeError\",\"errorMessage\":\"broke off\"");
        Path exit = shared.resolve("exit");
        HttpResponse<InputStream> exiting =
                send(streaming("node-stream"), "{\"exit\":\"" + exit + "\"}", BodyHandlers.ofInputStream());
        try (InputStream body = exiting.body()) {
            assertThat(next(body).text()).isEqualTo("first");
            Files.createFile(exit);
            assertThat(JSON.readTree(next(body).text()).path("ErrorDetails").asText())
                    .containsAnyOf("Runtime.TruncatedResponse", "Runtime.ExitError");
        }
        List<EventStreamReader.Event> late = stream("node-hang", "{\"hang\":true}");
        assertThat(chunks(late)).isEqualTo("first");
        assertThat(JSON.readTree(completion(late)).path("ErrorDetails").asText())
                .contains("Sandbox.Timedout", "Task timed out after 5.00 seconds");
        assertThat(tail(JSON.readTree(completion(late)).path("LogResult").asText()))
                .contains("Status: timeout");
        assertThat(send(invoking("node-stream"), "{}", BodyHandlers.ofString()).body())
                .isEqualTo("firstsecond");
    }

    @Test
    void a_large_response_waits_for_its_slow_reader_in_this_process() throws IOException {
        // Given
        AtomicLong written = new AtomicLong();
        millrace.deploy(
                "large",
                (RequestStreamHandler) (input, output, context) -> writeLarge(output, written),
                definition -> definition.withTimeout(PATIENT));
        // When
        HttpResponse<InputStream> response = send(streaming("large"), "1", BodyHandlers.ofInputStream());
        // Then: sockets hold some megabytes, and the window one
        try (InputStream body = response.body()) {
            assertHeldUp(written);
            assertThat(sizeOfAll(body)).isEqualTo(LARGE);
        }
        assertThat(written).hasValue(LARGE);
    }

    private static void writeLarge(OutputStream output, AtomicLong written) throws IOException {
        byte[] block = new byte[32 * 1024];
        for (int i = 0; i < LARGE; i += block.length) {
            output.write(block);
            written.addAndGet(block.length);
        }
    }

    private static void assertHeldUp(AtomicLong written) {
        assertHeldUp(written, Duration.ofMillis(500));
    }

    private static void assertHeldUp(AtomicLong written, Duration unchanged) {
        AtomicLong before = new AtomicLong(-1);
        await().atMost(Duration.ofSeconds(60)).pollInterval(unchanged).until(() -> {
            long now = written.get();
            return now > 0 && before.getAndSet(now) == now;
        });
        assertThat(written.get()).isLessThan(LARGE / 2);
    }

    private static long sizeOfAll(InputStream body) throws IOException {
        long size = 0;
        while (true) {
            EventStreamReader.Event event = next(body);
            if (event.type().equals("InvokeComplete")) {
                assertThat(event.text()).isEqualTo("{}");
                return size;
            }
            size += event.payload().length;
        }
    }

    @Test
    void a_large_response_of_a_process_waits_for_its_slow_reader(@TempDir Path shared) throws IOException {
        // Given
        create(
                "node-large",
                "nodejs20.x",
                "app.mjs",
                """
                import fs from 'node:fs';
                import { Readable } from 'node:stream';
                import { pipeline } from 'node:stream/promises';
                export const handler = awslambda.streamifyResponse(async (event, stream) => {
                  let written = 0;
                  async function* blocks() {
                    while (written < event.size) {
                      written += 32768;
                      fs.writeFileSync(event.file, String(written));
                      yield Buffer.alloc(32768);
                    }
                  }
                  await pipeline(Readable.from(blocks()), stream);
                });
                """,
                PATIENT);
        Path file = shared.resolve("written");
        AtomicLong written = new AtomicLong();
        // When
        HttpResponse<InputStream> response = send(
                streaming("node-large"),
                "{\"size\":" + LARGE + ",\"file\":\"" + file + "\"}",
                BodyHandlers.ofInputStream());
        // Then
        try (InputStream body = response.body()) {
            await().ignoreExceptionsInstanceOf(NoSuchFileException.class)
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> {
                        String text = Files.readString(file);
                        long now = text.isEmpty() ? 0 : Long.parseLong(text);
                        return now > 0 && written.getAndSet(now) == now;
                    });
            assertThat(written.get()).isLessThan(LARGE);
            assertThat(sizeOfAll(body)).isEqualTo(LARGE);
        }
    }

    @Test
    void a_reader_that_goes_away_does_not_hold_up_the_function() throws IOException {
        // Given
        AtomicLong written = new AtomicLong();
        millrace.deploy(
                "left",
                (RequestStreamHandler) (input, output, context) -> writeLarge(output, written),
                definition -> definition.withTimeout(PATIENT));
        HttpResponse<InputStream> response = send(streaming("left"), "1", BodyHandlers.ofInputStream());
        assertHeldUp(written);
        // When
        response.body().close();
        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(written).hasValue(LARGE));
    }

    @Test
    void a_response_that_takes_too_long_is_cut_off() throws IOException {
        // Given
        AtomicLong written = new AtomicLong();
        millrace.deploy(
                "late",
                (RequestStreamHandler) (input, output, context) -> {
                    output.write(1);
                    output.flush();
                    writeLarge(output, written);
                },
                definition -> definition.withTimeout(Duration.ofSeconds(6)));
        // When
        HttpResponse<InputStream> response = send(streaming("late"), "1", BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            // Looked at after its time is over, and once more.
            assertHeldUp(written, Duration.ofSeconds(7));
            EventStreamReader.Event event = next(body);
            while (event.type().equals("PayloadChunk")) {
                event = next(body);
            }
            // Then
            assertThat(event.text()).contains("Sandbox.Timedout", "Task timed out after 6.00 seconds");
        }
    }

    @Test
    void a_function_that_calls_itself_runs_sixteen_times() {
        // Given
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy(
                "caller",
                (RequestHandler<Integer, String>) (event, context) -> {
                    runs.incrementAndGet();
                    HttpResponse<String> inner = send(
                            invoking("caller").header("X-Amzn-Trace-Id", context.getXrayTraceId()),
                            "1",
                            BodyHandlers.ofString());
                    return inner.statusCode() + " "
                            + inner.headers().firstValue("x-amzn-ErrorType").orElse(inner.body());
                },
                definition -> definition.withTimeout(PATIENT));
        // When
        HttpResponse<String> answer = send(invoking("caller"), "1", BodyHandlers.ofString());
        // Then
        assertThat(answer.body()).contains("400 RecursiveInvocationException");
        assertThat(runs).hasValue(16);
    }

    @Test
    void a_function_that_may_call_itself_runs_on() {
        // Given
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy(
                "free",
                (RequestHandler<Integer, String>) (event, context) -> {
                    if (runs.incrementAndGet() == 20) {
                        return "enough";
                    }
                    return send(
                                    invoking("free").header("X-Amzn-Trace-Id", context.getXrayTraceId()),
                                    "1",
                                    BodyHandlers.ofString())
                            .body();
                },
                definition -> definition.withTimeout(PATIENT));
        // When
        HttpResponse<String> answer = send(invoking("free"), "1", BodyHandlers.ofString());
        // Then
        assertThat(answer.body()).contains("enough");
        assertThat(runs).hasValue(20);
    }

    @Test
    void an_event_that_comes_back_to_its_function_dies_after_sixteen_runs() {
        // Given
        AtomicInteger runs = new AtomicInteger();
        millrace.deploy(
                "publisher",
                (RequestHandler<Integer, String>) (event, context) -> {
                    runs.incrementAndGet();
                    send(
                            invoking("publisher")
                                    .header("X-Amzn-Trace-Id", context.getXrayTraceId())
                                    .header("X-Amz-Invocation-Type", "Event"),
                            "1",
                            BodyHandlers.ofString());
                    return "";
                },
                definition -> definition.withTimeout(PATIENT));
        // When
        send(invoking("publisher").header("X-Amz-Invocation-Type", "Event"), "1", BodyHandlers.ofString());
        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(dead("publisher")).isEqualTo(1));
        assertThat(runs).hasValue(16);
    }

    @Test
    void a_function_that_is_its_own_destination_runs_sixteen_times() {
        // Given
        AtomicInteger runs = new AtomicInteger();
        String arn = "arn:aws:lambda:us-east-1:000000000000:function:snake";
        millrace.deploy(
                "snake",
                (RequestHandler<Object, String>) (Object event, Context context) -> "run " + runs.incrementAndGet(),
                definition -> definition.withAsync(definition.async().withOnSuccess(Optional.of(arn))));
        // When
        send(invoking("snake").header("X-Amz-Invocation-Type", "Event"), "1", BodyHandlers.ofString());
        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(dead("snake")).isEqualTo(1));
        assertThat(runs).hasValue(16);
    }

    private long dead(String function) {
        return Optional.ofNullable(millrace.stats().join().get(function))
                .orElseThrow()
                .deadLettered();
    }
}
