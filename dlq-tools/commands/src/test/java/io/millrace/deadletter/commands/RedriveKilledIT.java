package io.millrace.deadletter.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.JobRecord;
import io.millrace.deadletter.JobState;
import io.millrace.deadletter.Selection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The profile soak kills some hundred times. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RedriveKilledIT {
    // Tool, broker, both.
    private static final int ROUNDS =
            Boolean.getBoolean("millrace.soak") ? 3 * Integer.getInteger("millrace.kill.rounds", 5) : 3;
    private static final long SEED = Long.getLong("millrace.kill.seed", System.nanoTime());
    private static final int COUNT = 2_000;
    // A whole redrive takes four seconds, which kills hit even if they come late.
    private static final String RATE = "500/s";
    private static final int LONGEST_MILLIS = 350;

    private final Random random = new Random(SEED);

    @TempDir
    Path directory;

    @Test
    @Timeout(3_600)
    void tool_and_broker_killed_again_and_again_lose_and_double_nothing() throws Exception {
        BrokerProcess.Running broker = BrokerProcess.start(directory, 0);
        String url = "amqp://127.0.0.1:" + broker.port();
        try {
            // Given
            try (DeadFunction function = new DeadFunction(BrokerAddress.parse(url))) {
                function.die("orders", COUNT);
            }
            // When
            int hits = 0;
            int completed = 0;
            for (int round = 0; round < ROUNDS; round++) {
                Process tool = tool(url, verb(url));
                boolean running = awaitStart(tool);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_MILLIS)));
                boolean hit = running && tool.isAlive();
                int whom = round % 3;
                if (whom != 1) {
                    tool.destroyForcibly();
                }
                if (whom != 0) {
                    broker.process().destroyForcibly().waitFor();
                    broker = BrokerProcess.start(directory, broker.port());
                }
                tool.waitFor();
                hits += hit ? 1 : 0;
                completed += open(url).isEmpty() ? 1 : 0;
                check(url);
            }
            Optional<JobRecord> left = open(url);
            if (left.isPresent()) {
                assertThat(tool(url, List.of("jobs", "resume", left.get().id())).waitFor())
                        .isZero();
            }
            // Then
            assertThat(hits).as("seed %d, %d completed", SEED, completed).isPositive();
            check(url);
            try (DeadLetters letters = letters(url)) {
                assertThat(letters.jobs().all()).allMatch(job -> job.state() == JobState.COMPLETED);
            }
        } finally {
            broker.process().destroyForcibly().waitFor();
        }
    }

    /** Goes on with what was killed, else back and forth. */
    private static List<String> verb(String url) {
        Optional<JobRecord> left = open(url);
        if (left.isPresent()) {
            return List.of("jobs", "resume", left.get().id());
        }
        try (DeadLetters letters = letters(url)) {
            List<JobRecord> jobs = letters.jobs().all();
            return letters.queue("orders").messages() == 0
                    ? List.of("jobs", "undo", jobs.get(0).id(), "--yes")
                    : List.of("redrive", "orders", "--yes", "--rate", RATE);
        }
    }

    private static Optional<JobRecord> open(String url) {
        try (DeadLetters letters = letters(url)) {
            return letters.jobs().all().stream()
                    .filter(job -> !job.state().isOver())
                    .findFirst();
        }
    }

    // Counted by looking, in both queues, and not by what the tool says.
    private static void check(String url) {
        List<String> ids = new ArrayList<>();
        try (DeadLetters letters = letters(url)) {
            for (String queue : List.of("dlq.orders", "invoke.orders")) {
                letters.browse(letters.queue(queue), Selection.ALL, 2 * COUNT).stream()
                        .map(DeadLetter::id)
                        .forEach(ids::add);
            }
        }
        assertThat(ids)
                .as("seed %d", SEED)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, COUNT).mapToObj(i -> "id-" + i).toList());
    }

    private static DeadLetters letters(String url) {
        return DeadLetters.connect(BrokerAddress.parse(url), Duration.ofSeconds(30));
    }

    private static Process tool(String url, List<String> verb) throws IOException {
        List<String> arguments = new ArrayList<>(verb);
        arguments.addAll(List.of("--broker", url));
        return ToolProcess.java(ToolProcess.class, arguments.toArray(String[]::new))
                .redirectErrorStream(true)
                .start();
    }

    /** Whether it said that it begins. */
    private static boolean awaitStart(Process tool) throws IOException {
        BufferedReader out = new BufferedReader(new InputStreamReader(tool.getInputStream(), UTF_8));
        String line = out.readLine();
        while (line != null && !line.contains("job r-")) {
            line = out.readLine();
        }
        return line != null;
    }
}
