package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A server that takes large payloads, and has functions that read them. */
final class PayloadServer implements AutoCloseable {
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

    private final CliProcess server;
    private final Path directory;

    private PayloadServer(CliProcess server, Path directory) {
        this.server = server;
        this.directory = directory;
    }

    /**
     * @param directory for all that is written; {@code data} in it is the data directory
     * @param settings more of them
     */
    static PayloadServer start(int heapMegabytes, Path directory, String... settings) {
        List<String> all = new ArrayList<>(
                List.of("environment.java=in-process", "payloads.maxBytes=2000000000", "async.maximumRetryAttempts=0"));
        all.addAll(Arrays.asList(settings));
        String[] options = all.stream()
                .flatMap(setting -> List.of("--set", setting).stream())
                .toArray(String[]::new);
        return new PayloadServer(CliProcess.server(heapMegabytes, directory.resolve("data"), options), directory);
    }

    CliProcess process() {
        return server;
    }

    /** Where {@code reader} and {@code letters} note what they saw: the number of bytes and their SHA-256. */
    Path seen() {
        return directory.resolve("seen");
    }

    /** While there is such a file, {@code reader} fails after it has read all. */
    Path fail() {
        return directory.resolve("fail");
    }

    void createReader() {
        String source = READER.replace("@directory@", directory.toString());
        create("reader", "--jar", FunctionJar.of(directory, "Reader", source), "--handler", "Reader", "--timeout", 300);
    }

    void createObjects() {
        Path jar = FunctionJar.of(directory, "Objects", OBJECTS);
        create("objects", "--jar", jar, "--handler", "Objects", "--timeout", 300);
    }

    /** In Python, in a process of its own. */
    void createLetters() throws IOException {
        Path source = Files.writeString(directory.resolve("pad.py"), PYTHON);
        create(
                "letters",
                "--zip",
                source,
                "--runtime",
                "python3.12",
                "--handler",
                "pad.handler",
                "--memory",
                10_240,
                "--timeout",
                300);
    }

    private void create(String function, Object... options) {
        List<Object> arguments =
                new ArrayList<>(List.of("function", "create", function, "--server", server.listens("http")));
        arguments.addAll(List.of(options));
        CliCall created = CliCall.run(arguments.toArray());
        assertThat(created.exitCode()).as(created.err()).isZero();
    }

    HttpResponse<String> invoke(String function, String type, BodyPublisher body) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(server.listens("http")).resolve(LambdaClient.function(function) + "/invocations"))
                .header("X-Amz-Invocation-Type", type)
                .POST(body)
                .build();
        return send(request);
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new AssertionError("no answer; the server says " + server.err(), failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    long succeeded(String function) {
        CliCall stats = CliCall.run("stats", "--json", "--server", server.listens("http"));
        return Json.lenient(stats.out())
                .path("functions")
                .path(function)
                .path("succeeded")
                .asLong();
    }

    /** What the command says. */
    String replay(String function, Instant from, Instant to, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("function", "replay", function, "--from", from, "--to", to));
        arguments.addAll(List.of("--server", server.listens("http")));
        arguments.addAll(Arrays.asList(more));
        CliCall replayed = CliCall.run(arguments.toArray());
        assertThat(replayed.exitCode()).as(replayed.err()).isZero();
        return replayed.out();
    }

    /** Status of the health check. */
    int health() {
        URI health = URI.create(server.listens("http")).resolve("/_millrace/health");
        return send(HttpRequest.newBuilder(health).build()).statusCode();
    }

    void redrive(String function) {
        CliCall redriven = CliCall.run("dlq", "redrive", function, "--yes", "--broker", server.listens("amqp"));
        assertThat(redriven.exitCode()).as(redriven.err()).isZero();
    }

    /** Error type, message and body of each. */
    List<String> deadLetters(String function) {
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
    void limitFiles(String bytes) throws IOException {
        Process limit = new ProcessBuilder(
                        "prlimit", "--pid", Long.toString(server.pid()), "--fsize=" + bytes + ":unlimited")
                .redirectErrorStream(true)
                .start();
        String said = new String(limit.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(limit.onExit().join().exitValue()).as(said).isZero();
    }

    void kill() {
        server.kill();
    }

    @Override
    public void close() {
        server.close();
    }
}
