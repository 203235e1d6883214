package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class MappingVerbsIT {
    private static final String SOURCE =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.util.Map;

            public final class Orders implements RequestHandler<Map<String, Object>, String> {
                @Override
                public String handleRequest(Map<String, Object> event, Context context) {
                    return "done";
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
        server = CliProcess.server(data);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void a_queue_is_mapped_shown_changed_stopped_and_left_alone() {
        Path jar = FunctionJar.of(directory, "Orders", SOURCE);
        done("function", "create", "orders", "--jar", jar, "--handler", "Orders");
        CliCall queue = CliCall.run("queue", "create", "orders-in", "--broker", server.listens("amqp"));
        assertThat(queue.exitCode()).as(queue.err()).isZero();

        assertThat(done(
                        "mapping",
                        "create",
                        "--queue",
                        "orders-in",
                        "--function",
                        "orders",
                        "--batch-size",
                        20,
                        "--window",
                        1,
                        "--concurrency",
                        3,
                        "--report-item-failures",
                        "--filter",
                        "{\"body\":{\"id\":[{\"exists\":true}]}}"))
                .contains("Created mapping of orders-in to orders, ");

        JsonNode mapping = Json.lenient(done("mapping", "ls", "--json"));
        String uuid = mapping.path("UUID").asText();
        assertThat(mapping.path("BatchSize").asInt()).isEqualTo(20);
        assertThat(mapping.path("MaximumBatchingWindowInSeconds").asInt()).isEqualTo(1);
        assertThat(mapping.at("/ScalingConfig/MaximumConcurrency").asInt()).isEqualTo(3);
        assertThat(mapping.at("/FunctionResponseTypes/0").asText()).isEqualTo("ReportBatchItemFailures");
        assertThat(mapping.at("/FilterCriteria/Filters")).hasSize(1);
        awaitState(uuid, "Enabled");
        assertThat(done("mapping", "ls", "--function", "orders"))
                .containsPattern(uuid + " +orders-in +orders +20 +Enabled");
        assertThat(done("mapping", "ls", "--function", "refunds")).doesNotContain(uuid);

        assertThat(done("stats"))
                .containsPattern("\n\nMAPPING +FUNCTION +STATE +POLLED [-A-Z ]+ BACKLOG +LAST-RESULT\n" + uuid
                        + " +orders +Enabled +0 [0 ]+ 0 +-\n");

        assertThat(done("mapping", "update", uuid, "--disable", "--no-filter", "--no-report-item-failures"))
                .contains("Updated mapping of orders-in to orders, " + uuid);
        awaitState(uuid, "Disabled");
        assertThat(done("mapping", "show", uuid))
                .containsPattern("BatchSize +20")
                .containsPattern("FunctionResponseTypes +\\[\\]")
                .doesNotContain("FilterCriteria");

        assertThat(run("mapping", "update", uuid, "--retries", 3).err())
                .contains("The member MaximumRetryAttempts is not supported by Millrace for queues.");

        assertThat(done("mapping", "delete", uuid)).contains("Deleted mapping of orders-in to orders, " + uuid);
        assertThat(done("mapping", "ls").lines()).hasSize(1);
    }

    @Test
    void a_queue_says_when_what_failed_comes_again_and_how_often() {
        atBroker("queue", "create", "slow-in", "--redelivery-delay", "1m30s", "--max-attempts", "3");
        assertThat(atBroker("queue", "show", "slow-in"))
                .containsPattern("redeliveryDelay +PT1M30S\n")
                .containsPattern("maxAttempts +3\n")
                .containsPattern("deadLetterAddress +DLQ\n");

        JsonNode changed = Json.lenient(atBroker("queue", "create", "slow-in", "--max-attempts", "5", "--json"));
        assertThat(changed.path("redeliveryDelay").asText()).isEqualTo("PT1M30S");
        assertThat(changed.path("maxAttempts").asInt()).isEqualTo(5);

        atBroker("queue", "create", "plain-in");
        assertThat(atBroker("queue", "show", "plain-in"))
                .containsPattern("redeliveryDelay +PT0S\n")
                .containsPattern("maxAttempts +10\n");
    }

    @Test
    void a_redelivery_that_a_queue_cannot_have_is_refused() {
        assertThat(refused("letters.fifo", "--redelivery-delay", "5s")).contains("would overtake each other");
        assertThat(refused("invoke.orders", "--max-attempts", "5")).contains("platform's own");
        assertThat(refused("orders", "--max-attempts", "0")).contains("expected 1 or more, or -1");
        assertThat(refused("orders", "--redelivery-delay", "soon")).contains("expected a duration such as 30s");
    }

    private static String atBroker(String... arguments) {
        CliCall call = CliCall.run(with(arguments));
        assertThat(call.exitCode()).as(call.err()).isZero();
        return call.out();
    }

    private static String refused(String queue, String option, String value) {
        CliCall call = CliCall.run(with("queue", "create", queue, option, value));
        assertThat(call.exitCode()).isEqualTo(2);
        return call.err();
    }

    private static Object[] with(String... arguments) {
        return Stream.concat(Stream.of(arguments), Stream.of("--broker", server.listens("amqp")))
                .toArray();
    }

    @Test
    void a_command_line_that_is_wrong_is_told_in_one_line_and_exit_code_2() {
        for (Object[] wrong : new Object[][] {
            {"mapping"},
            {"mapping", "create", "--queue", "orders-in"},
            {"mapping", "create", "--function", "orders"},
            {"mapping", "create", "--function", "orders", "--source", "q", "--bootstrap-servers", "h:9092"},
            {"mapping", "create", "--function", "orders", "--source", "q", "--starting-timestamp", "yesterday"},
            {"mapping", "create", "--function", "orders", "--source", "q", "--retries", "many"},
            {"mapping", "update", "u"},
            {"mapping", "update", "u", "--enable", "--disable"},
            {"mapping", "update", "u", "--filter", "{}", "--no-filter"}
        }) {
            CliCall command = CliCall.run(wrong);
            assertThat(command.exitCode()).as("%s", List.of(wrong)).isEqualTo(2);
            assertThat(command.err()).hasLineCount(1);
        }
    }

    private static void awaitState(String uuid, String state) {
        await().atMost(CliProcess.PATIENCE).until(() -> Json.lenient(done("mapping", "show", uuid, "--json"))
                .path("State")
                .asText()
                .equals(state));
    }

    private static String done(Object... arguments) {
        CliCall command = run(arguments);
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }

    private static CliCall run(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", server.listens("http")));
        return CliCall.run(all.toArray());
    }
}
