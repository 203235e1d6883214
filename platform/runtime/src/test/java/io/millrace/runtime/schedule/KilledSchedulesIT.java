package io.millrace.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** The process that makes things happen is killed at random instants; the broker lives on. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class KilledSchedulesIT {
    private static final int ROUNDS = Integer.getInteger("millrace.kill.rounds", 5);
    private static final long SEED = Long.getLong("millrace.kill.seed", System.nanoTime());
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration PERIOD = Duration.ofMillis(20);

    @TempDir
    Path data;

    private final Random random = new Random(SEED);

    @Test
    void no_due_time_is_left_out_and_none_is_taken_twice_however_often_the_process_is_killed() throws IOException {
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                        EmbeddedBrokerOptions.of(data.resolve("broker")).withFreePorts(), failure -> {});
                QueueReader reader = new QueueReader(broker.amqpPort(), "ticks")) {
            for (int round = 0; round < ROUNDS; round++) {
                runAndKill(broker.amqpPort(), reader);
            }
            try (ScheduleFloor last = new ScheduleFloor(data.resolve("node"), broker.amqpPort())) {
                int before = reader.bodies.size();
                await().atMost(PATIENCE).until(() -> reader.bodies.size() > before + 20);
                Schedule schedule = last.stored("often");
                List<String> seen = new ArrayList<>(reader.bodies);
                List<String> expected = new ArrayList<>();
                Instant due = schedule.firstDue().orElseThrow();
                for (int i = 0; i < seen.size(); i++) {
                    expected.add(schedule.executionId(due));
                    due = due.plus(PERIOD);
                }
                assertThat(schedule.revision()).as("seed %d", SEED).isEqualTo(1);
                assertThat(seen).as("seed %d", SEED).isEqualTo(expected);
                System.out.println("KilledSchedulesIT: " + seen.size() + " due times, " + ROUNDS + " kills");
            }
        }
    }

    private void runAndKill(int amqpPort, QueueReader reader) throws IOException {
        int before = reader.bodies.size();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dio.netty.noUnsafe=false",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledNode.class.getName(),
                        data.resolve("node").toString(),
                        Integer.toString(amqpPort),
                        "every(" + PERIOD + ")",
                        "ticks")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.equals("ready")) {
                line = out.readLine();
            }
            assertThat(line).isEqualTo("ready");
            int more = 1 + random.nextInt(40);
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(1 + random.nextInt(5)))
                    .until(() -> reader.bodies.size() >= before + more);
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }
}
