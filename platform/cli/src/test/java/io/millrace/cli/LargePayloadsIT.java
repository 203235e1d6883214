package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.Cause;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Selection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that are larger than the heap of the server they go through, seen from outside. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(600)
class LargePayloadsIT {
    /** What the server may have for everything; a body that were whole in it would end it. */
    private static final int HEAP_MEGABYTES = 112;

    private static final LargePayload LARGER_THAN_THE_HEAP = new LargePayload(128L * 1024 * 1024);

    /** Counts and hashes what it reads, fails while there is a file that says so, and notes what it saw. */
    private static final String READER =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
            import java.io.IOException;
            import java.io.InputStream;
            import java.io.OutputStream;
            import java.nio.charset.StandardCharsets;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.nio.file.StandardOpenOption;
            import java.security.MessageDigest;
            import java.security.NoSuchAlgorithmException;
            import java.util.HexFormat;

            public final class Reader implements RequestStreamHandler {
                @Override
                public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
                    MessageDigest digest;
                    try {
                        digest = MessageDigest.getInstance("SHA-256");
                    } catch (NoSuchAlgorithmException impossible) {
                        throw new IllegalStateException(impossible);
                    }
                    long bytes = 0;
                    byte[] chunk = new byte[65536];
                    for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                        digest.update(chunk, 0, n);
                        bytes += n;
                    }
                    if (Files.exists(Path.of("@directory@/fail"))) {
                        throw new IllegalStateException("as it was told");
                    }
                    String seen = bytes + " " + HexFormat.of().formatHex(digest.digest());
                    Files.writeString(Path.of("@directory@/seen"), seen + "\\n",
                            StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    out.write(('"' + seen + '"').getBytes(StandardCharsets.UTF_8));
                }
            }
            """;

    private static final String OBJECTS =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;

            public final class Objects implements RequestHandler<java.util.Map<String, String>, Integer> {
                @Override
                public Integer handleRequest(java.util.Map<String, String> event, Context context) {
                    return event.get("pad").length();
                }
            }
            """;

    private static final String PYTHON =
            """
            import hashlib

            def handler(event, context):
                pad = event["pad"]
                digest = hashlib.sha256()
                for start in range(0, len(pad), 1 << 20):
                    digest.update(pad[start:start + (1 << 20)].encode())
                return "%d %s" % (len(pad), digest.hexdigest())
            """;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path directory;

    @Test
    void a_body_larger_than_the_heap_reaches_a_handler_byte_for_byte_also_through_a_kill_a_dead_letter_and_a_redrive()
            throws IOException {
        goesThrough(LARGER_THAN_THE_HEAP, HEAP_MEGABYTES);
    }

    @Test
    @EnabledIfSystemProperty(named = "millrace.soak", matches = "true")
    void a_body_of_1_GB_goes_through_a_heap_of_256_MB() throws IOException {
        goesThrough(new LargePayload(1024L * 1024 * 1024), 256);
    }

    private void goesThrough(LargePayload payload, int heapMegabytes) throws IOException {
        Path payloads = directory.resolve("data/payloads");
        String identity = payload.identity();
        Path fail = directory.resolve("fail");
        Path letters = directory.resolve("pad.py");
        Files.writeString(letters, PYTHON);
        try (CliProcess server = server(heapMegabytes)) {
            createReader(server);
            create(
                    server,
                    "letters",
                    "--zip",
                    letters,
                    "--runtime",
                    "python3.12",
                    "--handler",
                    "pad.handler",
                    "--memory",
                    10_240,
                    "--timeout",
                    300);
            // When somebody waits for the answer, Then
            HttpResponse<String> answer = invoke(server, "reader", "RequestResponse", payload.unannounced());
            assertThat(answer.body()).isEqualTo('"' + identity + '"');
            if (heapMegabytes == HEAP_MEGABYTES) { // Python itself would need four times as much memory as the body.
                HttpResponse<String> counted = invoke(server, "letters", "RequestResponse", payload.announced());
                assertThat(counted.body()).isEqualTo('"' + payload.identityOfLetters() + '"');
            }
            patience().untilAsserted(() -> assertThat(files(payloads)).isEmpty());
            // When an event dies of it
            Files.delete(directory.resolve("seen"));
            Files.writeString(fail, "");
            assertThat(invoke(server, "reader", "Event", payload.announced()).statusCode())
                    .isEqualTo(202);
            patience().untilAsserted(() -> assertThat(deadLetters(server, "reader"))
                    .hasSize(1));
            // Then the dead letter says what it stands for
            assertThat(deadLetters(server, "reader").get(0))
                    .startsWith("java.lang.IllegalStateException as it was told")
                    .endsWith("{\"millrace:payload\":{\"bytes\":" + payload.bytes() + ",\"sha256\":\""
                            + identity.split(" ", 2)[1] + "\"}}");
            server.kill();
        }
        // When the next start looks for files that nobody refers to, and finds one
        Files.delete(fail);
        Path orphan =
                Files.writeString(payloads.resolve(UUID.randomUUID().toString()), "of a request without an answer");
        for (Path file : files(payloads)) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(8))));
        }
        try (CliProcess server = server(heapMegabytes)) {
            assertThat(orphan).doesNotExist();
            CliCall redriven = CliCall.run("dlq", "redrive", "reader", "--yes", "--broker", server.listens("amqp"));
            assertThat(redriven.exitCode()).as(redriven.err()).isZero();
            // Then
            Path seen = directory.resolve("seen");
            patience().untilAsserted(() -> assertThat(seen).hasContent(identity));
            patience().untilAsserted(() -> assertThat(files(payloads)).isEmpty());
        }
    }

    @Test
    void a_handler_of_objects_gets_what_fits_in_memory_and_of_more_an_error_that_names_both_sizes() {
        try (CliProcess server = server(HEAP_MEGABYTES)) {
            create(server, "objects", "--jar", jar("Objects", OBJECTS), "--handler", "Objects", "--timeout", 300);
            // When it has 3 MB, which is above the limit of an event
            LargePayload fits = new LargePayload(3_000_000);
            assertThat(invoke(server, "objects", "Event", fits.announced()).statusCode())
                    .isEqualTo(202);
            patience().untilAsserted(() -> assertThat(succeeded(server, "objects"))
                    .isOne());
            // When it has 7 MB, which is above all limits
            LargePayload fitsNot = new LargePayload(7_000_000);
            assertThat(invoke(server, "objects", "Event", fitsNot.announced()).statusCode())
                    .isEqualTo(202);
            // Then
            patience().untilAsserted(() -> assertThat(deadLetters(server, "objects"))
                    .singleElement()
                    .asString()
                    .startsWith("Function.RequestSizeTooLarge The event has " + fitsNot.bytes()
                            + " bytes, and a handler that does not read it as a stream takes at most 6291456"
                            + " bytes; a RequestStreamHandler takes any size."));
        }
    }

    @Test
    void a_directory_that_is_away_or_takes_no_more_costs_the_caller_a_503_that_says_so_and_nothing_else()
            throws IOException {
        Path payloads = directory.resolve("data/payloads");
        Path elsewhere = directory.resolve("elsewhere");
        // Larger than either limit, by less than a server reads of what it refuses.
        LargePayload payload = new LargePayload(24_000_000);
        try (CliProcess server = server(HEAP_MEGABYTES)) {
            createReader(server);
            // When it is away
            Files.move(payloads, elsewhere);
            HttpResponse<String> away = invoke(server, "reader", "Event", new LargePayload(3_000_000).announced());
            HttpResponse<String> small = invoke(server, "reader", "RequestResponse", BodyPublishers.ofString("{}"));
            Files.move(elsewhere, payloads);
            // When it takes no more than a part
            limitFiles(server, "12000000");
            HttpResponse<String> full = invoke(server, "reader", "Event", payload.unannounced());
            limitFiles(server, "unlimited");
            // Then
            assertThat(away.statusCode()).as(away.body()).isEqualTo(503);
            assertThat(away.body()).contains("The payload was not accepted").contains(payloads.toString());
            assertThat(small.body()).startsWith("\"2 ");
            assertThat(full.statusCode()).as(full.body()).isEqualTo(503);
            assertThat(full.body())
                    .contains("The payload was not accepted")
                    .contains(payloads.toString())
                    .contains("File too large");
            patience().untilAsserted(() -> assertThat(files(payloads)).isEmpty());
            HttpResponse<String> again = invoke(server, "reader", "RequestResponse", payload.announced());
            assertThat(again.body()).isEqualTo('"' + payload.identity() + '"');
        }
    }

    private static long succeeded(CliProcess server, String function) {
        CliCall stats = CliCall.run("stats", "--json", "--server", server.listens("http"));
        return Json.lenient(stats.out())
                .path("functions")
                .path(function)
                .path("succeeded")
                .asLong();
    }

    private CliProcess server(int heapMegabytes) {
        return CliProcess.server(
                heapMegabytes,
                directory.resolve("data"),
                "--set",
                "environment.java=in-process",
                "--set",
                "payloads.maxBytes=2000000000",
                "--set",
                "async.maximumRetryAttempts=0");
    }

    private void createReader(CliProcess server) {
        String source = READER.replace("@directory@", directory.toString());
        create(server, "reader", "--jar", jar("Reader", source), "--handler", "Reader", "--timeout", 300);
    }

    private Path jar(String className, String source) {
        return FunctionJar.of(directory, className, source);
    }

    private static void create(CliProcess server, String function, Object... options) {
        List<Object> arguments =
                new ArrayList<>(List.of("function", "create", function, "--server", server.listens("http")));
        arguments.addAll(List.of(options));
        CliCall created = CliCall.run(arguments.toArray());
        assertThat(created.exitCode()).as(created.err()).isZero();
    }

    private HttpResponse<String> invoke(CliProcess server, String function, String type, BodyPublisher body) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(server.listens("http")).resolve(LambdaClient.function(function) + "/invocations"))
                .header("X-Amz-Invocation-Type", type)
                .POST(body)
                .build();
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new AssertionError("no answer; the server says " + server.err(), failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    /** Error type, message and body of each. */
    private static List<String> deadLetters(CliProcess server, String function) {
        List<String> found = new ArrayList<>();
        try (DeadLetters letters =
                DeadLetters.connect(BrokerAddress.parse(server.listens("amqp")), Duration.ofSeconds(30))) {
            letters.forEach(letters.queue(function), Selection.ALL, Long.MAX_VALUE, letter -> found.add(text(letter)));
        }
        return found;
    }

    private static String text(DeadLetter letter) {
        Cause cause = letter.cause().orElseThrow();
        return cause.errorType() + " " + cause.errorMessage() + " " + new String(letter.body(), StandardCharsets.UTF_8);
    }

    /** As a disk that is full, but for files of some size only, so that the broker's are not among them. */
    private static void limitFiles(CliProcess server, String bytes) throws IOException {
        Process limit = new ProcessBuilder(
                        "prlimit", "--pid", Long.toString(server.pid()), "--fsize=" + bytes + ":unlimited")
                .redirectErrorStream(true)
                .start();
        String said = new String(limit.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(limit.onExit().join().exitValue()).as(said).isZero();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static ConditionFactory patience() {
        return await().atMost(CliProcess.PATIENCE).pollInterval(Duration.ofMillis(100));
    }
}
