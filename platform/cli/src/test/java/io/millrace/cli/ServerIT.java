package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class ServerIT {
    private static final String GREETER =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.util.Map;

            public final class Greeter implements RequestHandler<Map<String, Object>, String> {
                @Override
                public String handleRequest(Map<String, Object> event, Context context) {
                    if (event.containsKey("fail")) {
                        throw new IllegalStateException("told to fail");
                    }
                    return "hello " + event.get("name");
                }
            }
            """;

    @TempDir
    static Path data;

    /** Of all tests but the one that stops it. */
    private static CliProcess shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        shared = CliProcess.server(data);
    }

    @AfterAll
    static void stop() {
        shared.close();
    }

    private static JsonNode stats(CliProcess server, String function) {
        CliCall stats = CliCall.run("stats", "--json", "--server", server.listens("http"));
        assertThat(stats.exitCode()).as(stats.err()).isZero();
        return Json.lenient(stats.out()).path("functions").path(function);
    }

    private static String called(Object... arguments) {
        CliCall command = CliCall.run(arguments);
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }

    private static String done(Object... arguments) {
        CliProcess command = CliProcess.run(arguments);
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }

    @Test
    void a_function_is_deployed_invoked_fed_redriven_and_survives_a_restart() {
        Path jar = FunctionJar.of(directory, "Greeter", GREETER);
        Path own = directory.resolve("data");
        JsonNode before;
        try (CliProcess server = CliProcess.server(own, "--set", "async.retryDelay=PT0.1S")) {
            String http = server.listens("http");
            String amqp = server.listens("amqp");
            assertThat(server.out()).containsPattern("code +isolation [a-z]+.*, memory held by ");

            done(
                    "function",
                    "create",
                    "greeter",
                    "--jar",
                    jar,
                    "--handler",
                    "Greeter",
                    "--retries",
                    1,
                    "--server",
                    http);
            assertThat(called("function", "ls", "--server", http)).contains("greeter");
            assertThat(done("invoke", "greeter", "{\"name\":\"you\"}", "--server", http))
                    .isEqualToIgnoringNewLines("\"hello you\"");

            assertThat(done("publish", "invoke.greeter", "{\"name\":\"queue\"}", "--broker", amqp))
                    .contains("1 event accepted");
            called("publish", "invoke.greeter", "{\"fail\":true}", "--broker", amqp);
            await().atMost(CliProcess.PATIENCE)
                    .until(() -> stats(server, "greeter").path("deadLettered").asLong() == 1);

            assertThat(done("dlq", "list", "--broker", amqp)).contains("dlq.greeter");
            JsonNode letter = Json.lenient(called("dlq", "list", "greeter", "--json", "--broker", amqp));
            assertThat(called("dlq", "show", "greeter", letter.path("id").asText(), "--broker", amqp))
                    .contains("told to fail");
            assertThat(called("dlq", "redrive", "greeter", "--yes", "--broker", amqp))
                    .contains("Redrove 1 dead letter");
            await().atMost(CliProcess.PATIENCE)
                    .until(() -> stats(server, "greeter").path("deadLettered").asLong() == 1);

            before = stats(server, "greeter");
            assertThat(before.path("accepted").asLong()).isEqualTo(2);
            assertThat(before.path("succeeded").asLong()).isEqualTo(1);

            server.terminate();
            assertThat(server.exitCode()).isZero();
            assertThat(server.out()).endsWith("stopped" + System.lineSeparator());
            assertThat(server.err())
                    .as("only the dead letter is told of")
                    .doesNotContain("ERROR")
                    .doesNotContain("\tat ");
        }
        try (CliProcess again = CliProcess.server(own)) {
            assertThat(stats(again, "greeter")).isEqualTo(before);
            assertThat(called("invoke", "greeter", "{\"name\":\"again\"}", "--server", again.listens("http")))
                    .contains("hello again");
            // The use before the restart too: two calls, an event, and attempts at the one that fails.
            assertThat(called("usage", "greeter", "--server", again.listens("http")))
                    .containsPattern("DAY +FUNCTION +VERSION +REQUESTS +GB-SECONDS +COLD-STARTS +BYTES-IN +BYTES-OUT")
                    .containsPattern(
                            "20\\d\\d-\\d\\d-\\d\\d +greeter +\\$LATEST +[1-9] ") // Midnight may be among them.
                    .containsPattern("total +[5-9] +\\d+\\.\\d\\d\\d +[2-9] +\\d\\d+ +\\d\\d+");
        }
    }

    @Test
    void a_failing_function_and_an_unknown_one_are_told_in_one_line_and_exit_code_1() {
        Path jar = FunctionJar.of(directory, "Greeter", GREETER);
        String http = shared.listens("http");
        called("function", "create", "greeter", "--jar", jar, "--handler", "Greeter", "--server", http);

        CliProcess failing = CliProcess.run("invoke", "greeter", "{\"fail\":1}", "--server", http);
        CliCall unknown = CliCall.run("invoke", "absent", "{}", "--server", http);
        CliCall refused = CliCall.run("publish", "invoke.absent", "{}", "--broker", shared.listens("amqp"));

        assertThat(failing.exitCode()).isEqualTo(1);
        assertThat(failing.err()).contains("told to fail").hasLineCount(1);
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("Function not found").hasLineCount(1);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("invoke.absent").hasLineCount(1);
    }

    @Test
    void a_queue_of_ones_own_is_made_filled_emptied_and_deleted() {
        String amqp = shared.listens("amqp");

        called("queue", "create", "letters", "--broker", amqp);
        called("publish", "letters", "one", "--broker", amqp);
        called("publish", "letters", "two", "--broker", amqp);

        assertThat(called("queue", "ls", "letters", "--broker", amqp)).containsPattern("letters +2");
        assertThat(called("queue", "ls", "--broker", amqp)).doesNotContain("reply.");
        CliCall kept = CliCall.run("queue", "delete", "letters", "--broker", amqp);
        assertThat(kept.exitCode()).isEqualTo(1);
        assertThat(called("queue", "receive", "letters", "--max", 5, "--broker", amqp)
                        .lines())
                .containsExactly("one", "two");
        called("queue", "delete", "letters", "--broker", amqp);
        assertThat(CliCall.run("queue", "show", "letters", "--broker", amqp).exitCode())
                .isEqualTo(1);
    }
}
