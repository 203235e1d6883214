package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A shadow as its user has it. What ran is read from files, what was recorded from the destination's queue. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(600)
class FunctionShadowIT {
    private static final int BEFORE = 120;
    private static final int AFTER = 40;
    private static final int SOME = 20;

    /** Notes which version ran. */
    private static final String SOURCE =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.nio.file.StandardOpenOption;
            import java.util.Map;

            public final class Noter implements RequestHandler<Map<String, Object>, String> {
                @Override
                public String handleRequest(Map<String, Object> event, Context context) {
                    try {
                        Files.writeString(Path.of((String) event.get("file")), "VERSION " + event.get("id") + "\\n",
                                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    } catch (java.io.IOException failed) {
                        throw new java.io.UncheckedIOException(failed);
                    }
                    return "by the VERSION one";
                }
            }
            """;

    @TempDir
    static Path data;

    private static CliProcess server;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        server = CliProcess.server(data, "--set", "environment.java=in-process");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void each_event_has_one_record_at_its_destination_also_when_the_server_is_killed_and_the_shadow_goes_on()
            throws IOException {
        // Given
        atBroker("queue", "create", "done");
        done(
                "function",
                "create",
                "noter",
                "--jar",
                jar("old"),
                "--handler",
                "Noter",
                "--publish",
                "--on-success",
                "arn:aws:sqs:us-east-1:000000000000:done");
        done("function", "update", "noter", "--jar", jar("new"));
        assertThat(done("function", "shadow", "noter", "--to", 1, "--share", 1))
                .contains("1.0 of the events of noter run by 1 too, since ");
        // When
        publish(0, BEFORE);
        await().atMost(CliProcess.PATIENCE).until(() -> ran("new") >= SOME && ran("old") >= 1);
        server.kill();
        start();
        publish(BEFORE, BEFORE + AFTER);
        // Then
        await().atMost(CliProcess.PATIENCE).until(() -> records() >= BEFORE + AFTER && isQuiet());
        await().atMost(CliProcess.PATIENCE)
                .until(() -> state().path("different").asInt() >= AFTER
                        && state().path("waiting").asInt()
                                        + state().path("running").asInt()
                                == 0);
        assertThat(records()).isEqualTo(BEFORE + AFTER);
        assertThat(stats().path("deadLettered").asLong()).isZero();
        assertThat(state().path("to").asText()).isEqualTo("1");

        String shown = done("function", "shadow", "noter");
        assertThat(shown)
                .containsPattern("different +" + state().path("different").asInt())
                .containsPattern(" live +\\$LATEST +[0-9.]+ ms +\"by the new one\"")
                .containsPattern(" shadow +1 +[0-9.]+ ms +\"by the old one\"");
        assertThat(metrics()).contains("millrace_shadow_events_total{function=\"noter\",result=\"different\"} ");

        assertThat(done("function", "shadow", "noter", "--off")).contains("noter has no shadow any more");
        CliCall none = CliCall.run("function", "shadow", "noter", "--server", http());
        assertThat(none.exitCode()).isEqualTo(ExitCode.REFUSED.code());
        assertThat(none.err()).contains("function 'noter' has no shadow").hasLineCount(1);
    }

    @Test
    void what_is_missing_or_makes_no_sense_is_told() {
        assertThat(refused("--to", "1")).contains("--share is missing");
        assertThat(refused("--share", "1")).contains("--to is missing");
        assertThat(refused("--off", "--to", "1")).contains("--off is given, expected nothing to set");
        CliCall unknown = CliCall.run("function", "shadow", "nobody", "--to", "1", "--share", "1", "--server", http());
        assertThat(unknown.err()).contains("Function not found: nobody").hasLineCount(1);
    }

    private static String refused(Object... options) {
        Object[] all = Arrays.copyOf(new Object[] {"function", "shadow", "noter"}, 3 + options.length);
        System.arraycopy(options, 0, all, 3, options.length);
        return CliCall.run(all).err();
    }

    private static String http() {
        return server.listens("http");
    }

    private static String done(Object... arguments) {
        return with("--server", http(), arguments);
    }

    private static String atBroker(Object... arguments) {
        return with("--broker", server.listens("amqp"), arguments);
    }

    private static String with(String option, String value, Object... arguments) {
        Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = option;
        all[arguments.length + 1] = value;
        CliCall call = CliCall.run(all);
        assertThat(call.exitCode()).as(call.err()).isZero();
        return call.out();
    }

    private Path jar(String version) throws IOException {
        return FunctionJar.of(
                Files.createDirectories(directory.resolve(version)), "Noter", SOURCE.replace("VERSION", version));
    }

    private void publish(int first, int end) {
        try (BrokerSession session = BrokerSession.open(BrokerAddress.parse(server.listens("amqp")))) {
            Publisher publisher = new Publisher(session.connection());
            CompletableFuture.allOf(IntStream.range(first, end)
                            .mapToObj(id -> publisher
                                    .send(
                                            "invoke.noter",
                                            EventMessages.durable(
                                                    UUID.randomUUID().toString(), event(id), Map.of(), null))
                                    .toCompletionStage()
                                    .toCompletableFuture())
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
    }

    private byte[] event(int id) {
        return Json.object()
                .put("id", id)
                .put("file", directory.resolve("ran").toString())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private long ran(String version) throws IOException {
        Path file = directory.resolve("ran");
        return Files.exists(file)
                ? Files.readAllLines(file).stream()
                        .filter(line -> line.startsWith(version + " "))
                        .count()
                : 0;
    }

    private static long records() {
        return Json.lenient(atBroker("queue", "show", "done", "--json"))
                .path("messages")
                .asLong(-1);
    }

    private static JsonNode state() {
        return Json.lenient(done("function", "shadow", "noter", "--json"));
    }

    private static JsonNode stats() {
        return Json.lenient(done("stats", "--json")).path("functions").path("noter");
    }

    private static boolean isQuiet() {
        JsonNode stats = stats();
        return stats.path("waiting").asLong(1)
                        + stats.path("delayed").asLong(1)
                        + stats.path("running").asLong(1)
                == 0;
    }

    private static String metrics() {
        return new String(new LambdaClient(URI.create(http())).get("/metrics").body(), StandardCharsets.UTF_8);
    }
}
