package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(600)
class ScheduleVerbsIT {
    private static final int ROUNDS = Integer.getInteger("millrace.kill.rounds", 2);
    private static final long SEED = Long.getLong("millrace.kill.seed", System.nanoTime());
    private static final int SCHEDULES = 100;

    @TempDir
    Path directory;

    private String address = "";

    @Test
    void a_schedule_is_made_shown_stopped_and_deleted() {
        try (CliProcess started = CliProcess.server(directory.resolve("data"))) {
            address = started.listens("http");
            assertThat(done(
                            "schedule",
                            "create",
                            "nightly",
                            "--expression",
                            "cron(30 2 * * ? *)",
                            "--timezone",
                            "Europe/Berlin",
                            "--function",
                            "orders:live",
                            "--input",
                            "{\"night\":true}",
                            "--dead-letters",
                            "missed",
                            "--window",
                            15))
                    .contains("Created schedule nightly");
            assertThat(done("schedule", "ls"))
                    .containsPattern("nightly +default +ENABLED +arn:aws:lambda:\\S+:function:orders:live");

            assertThat(done("schedule", "disable", "nightly")).contains("Disabled schedule nightly");
            JsonNode shown = Json.lenient(done("schedule", "show", "nightly", "--json"));
            assertThat(shown.path("State").asText()).isEqualTo("DISABLED");
            assertThat(shown.path("ScheduleExpressionTimezone").asText()).isEqualTo("Europe/Berlin");
            assertThat(shown.at("/Target/Input").asText()).isEqualTo("{\"night\":true}");
            assertThat(shown.at("/Target/DeadLetterConfig/Arn").asText()).endsWith(":missed");
            assertThat(shown.at("/FlexibleTimeWindow/MaximumWindowInMinutes").asInt())
                    .isEqualTo(15);
            assertThat(done("schedule", "enable", "nightly")).contains("Enabled schedule nightly");
            assertThat(done("schedule", "show", "nightly")).containsPattern("State +ENABLED");

            assertThat(done("schedule", "delete", "nightly")).contains("Deleted schedule nightly");
            assertThat(done("schedule", "ls").lines()).hasSize(1);
            CliCall gone = run("schedule", "show", "nightly");
            assertThat(gone.exitCode()).isNotZero();
            assertThat(gone.err()).contains("Schedule nightly does not exist.");
            assertThat(run("schedule", "create", "n", "--expression", "rate(1 day)")
                            .exitCode())
                    .isEqualTo(2);
        }
    }

    /** Each is for one time of its own; broker and all are killed while they become due. */
    @Test
    void what_is_due_while_the_server_is_killed_happens_and_happens_once() {
        Path data = directory.resolve("data");
        Random random = new Random(SEED);
        try (CliProcess first = CliProcess.server(data)) {
            address = first.listens("http");
            LambdaClient client = new LambdaClient(URI.create(first.listens("http")));
            for (int i = 0; i < SCHEDULES; i++) {
                createSoon(client, "s-" + i, 6_000 + random.nextInt(3_000));
            }
            awaitTime(Instant.now().plusMillis(3_000 + random.nextInt(3_000)));
            first.kill();
        }
        for (int round = 1; round < ROUNDS; round++) {
            try (CliProcess next = CliProcess.server(data)) {
                awaitTime(Instant.now().plusMillis(random.nextInt(1_500)));
                next.kill();
            }
        }
        try (CliProcess last = CliProcess.server(data)) {
            address = last.listens("http");
            await().atMost(CliProcess.PATIENCE)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> done("schedule", "ls").lines().count() == 1);
            String amqp = last.listens("amqp");
            int there = messages(amqp);
            CliCall received = CliCall.run(
                    "queue",
                    "receive",
                    "fired",
                    "--max",
                    there,
                    "--wait",
                    CliProcess.PATIENCE.toSeconds(),
                    "--broker",
                    amqp);
            assertThat(messages(amqp)).isZero();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < SCHEDULES; i++) {
                expected.add("arn:aws:scheduler:us-east-1:000000000000:schedule/default/s-" + i);
            }
            assertThat(received.out().lines()).as("seed %d", SEED).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    /** In the queue that all schedules send to. */
    private static int messages(String amqp) {
        CliCall shown = CliCall.run("queue", "show", "fired", "--json", "--broker", amqp);
        assertThat(shown.exitCode()).as(shown.err()).isZero();
        return Json.lenient(shown.out()).path("messages").asInt(-1);
    }

    /** With a new time if this machine stood still until the first one had passed. */
    private static void createSoon(LambdaClient client, String name, int millis) {
        boolean created = false;
        while (!created) {
            try {
                client.schedules(
                        "POST",
                        LambdaClient.schedule(name),
                        schedule(Instant.now().plusMillis(millis)));
                created = true;
            } catch (CommandFailedException refused) {
                if (!String.valueOf(refused.getMessage()).contains("expected one with a time to come")) {
                    throw refused;
                }
            }
        }
    }

    private static ObjectNode schedule(Instant due) {
        ObjectNode request = Json.object()
                .put("ScheduleExpression", "at(" + due.toString().substring(0, "2026-11-20T08:00:00".length()) + ")")
                .put("ActionAfterCompletion", "DELETE");
        request.putObject("FlexibleTimeWindow").put("Mode", "OFF");
        request.putObject("Target")
                .put("Arn", "arn:aws:sqs:us-east-1:000000000000:fired")
                .put("RoleArn", "arn:aws:iam::000000000000:role/any")
                .put("Input", "<aws.scheduler.schedule-arn>");
        return request;
    }

    private static void awaitTime(Instant time) {
        await().atMost(CliProcess.PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> Instant.now()
                .isAfter(time));
    }

    private String done(Object... arguments) {
        CliCall command = run(arguments);
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }

    private CliCall run(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", address));
        return CliCall.run(all.toArray());
    }
}
