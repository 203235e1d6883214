package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.runtime.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one data directory, of which one waits for the other's end; seen from outside. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class StandbyIT {
    private static final int SHARDS = 2;
    private static final int BATCH = 10;
    private static final int KEYS = 4;
    /** Of each kind, before each kill. */
    private static final int ITEMS = 400;
    /** Of the records for the stream, in one request. */
    private static final int REQUEST = 20;
    /** Takes some seconds; the machine may be busy. */
    private static final Duration TAKE_OVER = CliProcess.PATIENCE;

    /** Notes each event, message and record in a file, which outlives a kill; not while there is a file that holds it. */
    private static final String RECORDER =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.io.IOException;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.nio.file.StandardOpenOption;
            import java.util.Base64;
            import java.util.List;
            import java.util.Map;

            public final class Recorder implements RequestHandler<Map<String, Object>, String> {
                @Override
                @SuppressWarnings("unchecked")
                public String handleRequest(Map<String, Object> event, Context context) {
                    List<Map<String, Object>> records = (List<Map<String, Object>>) event.get("Records");
                    if (records == null) {
                        note("event " + event.get("id"));
                        return "noted";
                    }
                    for (Map<String, Object> record : records) {
                        Map<String, Object> kinesis = (Map<String, Object>) record.get("kinesis");
                        note(kinesis == null
                                ? "queue " + record.get("body")
                                : "stream " + new String(Base64.getDecoder().decode((String) kinesis.get("data"))));
                    }
                    return "noted";
                }

                private static void note(String line) {
                    try {
                        while (Files.exists(Path.of("MARKS.hold"))) {
                            Thread.sleep(10);
                        }
                        Files.writeString(Path.of("MARKS"), line + "\\n",
                                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    } catch (IOException failed) {
                        throw new java.io.UncheckedIOException(failed);
                    } catch (InterruptedException stop) {
                        throw new IllegalStateException(stop);
                    }
                }
            }
            """;

    private final Set<String> accepted = ConcurrentHashMap.newKeySet();

    @TempDir
    Path directory;

    @Test
    void a_standby_takes_over_functions_queues_and_positions_within_seconds_of_a_kill_and_back_again() {
        takesOver(2, "--amqp", "0");
    }

    @Test
    void with_a_broker_of_its_own_that_stays_the_standby_takes_over_likewise() {
        try (CliProcess broker = CliProcess.server(directory.resolve("broker"))) {
            takesOver(1, "--broker", broker.listens("amqp"));
        }
    }

    /** @param broker the arguments that say which */
    private void takesOver(int kills, String... broker) {
        Path marks = directory.resolve("marks");
        CliProcess owner = server(broker);
        List<CliProcess> servers = new ArrayList<>(List.of(owner));
        try {
            owner.awaitOutput("(?m)^ready after");
            prepare(owner, marks);
            for (int kill = 0; kill < kills; kill++) {
                CliProcess standby = server(broker);
                servers.add(standby);
                standby.awaitOutput("standby: the data directory is in use by process " + owner.pid() + " on host \\S+"
                        + " since \\S+; waiting for it\\R" + "standby: ready to take over\\R$");

                publishUntilKilled(owner, marks, kill);
                long killed = System.nanoTime();
                int before = marks(marks).size();
                Set<String> waiting = new HashSet<>(accepted);
                waiting.removeAll(marks(marks));
                assertThat(waiting)
                        .as("accepted and not run when it was killed")
                        .isNotEmpty();
                release(marks); // Not before it was seen: who takes over may be quick.
                await().atMost(TAKE_OVER).pollInterval(Duration.ofMillis(10)).untilAsserted(() -> assertThat(
                                marks(marks))
                        .as("stdout: %s stderr: %s", standby.out(), standby.err())
                        .hasSizeGreaterThan(before));
                System.out.printf(
                        "StandbyIT: took over, from the kill to the first run, in %.2f s%n",
                        (System.nanoTime() - killed) / 1e9);
                owner = standby;
                owner.awaitOutput("standby: the data directory is free; taking over\\R");
                owner.awaitOutput("(?m)^ready after");
            }
            await().atMost(CliProcess.PATIENCE)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> new HashSet<>(marks(marks)).containsAll(accepted));
            check(marks(marks), kills);
        } finally {
            servers.forEach(CliProcess::close);
        }
    }

    @Test
    void a_standby_that_is_told_to_stop_while_it_waits_ends_at_once_with_exit_code_0() throws IOException {
        try (DataDirectory held = DataDirectory.take(directory.resolve("data"));
                CliProcess standby = server("--amqp", "0")) {
            standby.awaitOutput("in use by process " + ProcessHandle.current().pid() + " on host ");

            standby.terminate();

            assertThat(standby.exitCode()).isZero();
            assertThat(standby.out()).endsWith("stopped" + System.lineSeparator());
            assertThat(held.path().resolve("registry.mv.db")).doesNotExist();
        }
    }

    private CliProcess server(String... broker) {
        List<Object> arguments = new ArrayList<>(
                List.of("server", "--standby", "--data", directory.resolve("data"), "--http", "127.0.0.1:0"));
        arguments.addAll(List.of(broker));
        // So that whatever is under way ends with the server.
        arguments.addAll(List.of("--set", "environment.java=in-process"));
        return CliProcess.start(arguments.toArray());
    }

    private void prepare(CliProcess server, Path marks) {
        Path jar = FunctionJar.of(directory, "Recorder", RECORDER.replace("MARKS", marks.toString()));
        String http = server.listens("http");
        done(http, "function", "create", "recorder", "--jar", jar, "--handler", "Recorder", "--timeout", 60);
        CliCall queue = CliCall.run("queue", "create", "letters", "--broker", server.listens("amqp"));
        assertThat(queue.exitCode()).as(queue.err()).isZero();
        done(http, "stream", "create", "clicks", "--shards", SHARDS);
        done(http, "mapping", "create", "--source", "letters", "--function", "recorder", "--batch-size", BATCH);
        String stream = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks";
        done(
                http,
                "mapping",
                "create",
                "--source",
                stream,
                "--starting-position",
                "TRIM_HORIZON",
                "--function",
                "recorder",
                "--batch-size",
                BATCH);
    }

    private static void done(String http, Object... arguments) {
        List<Object> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--server", http));
        CliCall command = CliCall.run(all.toArray());
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
    }

    /**
     * Kills when records of the stream, messages of the queue and events have run, and one more event is accepted. What
     * is left is held until {@link #release}.
     */
    private void publishUntilKilled(CliProcess server, Path marks, int round) {
        int first = round * ITEMS;
        try (BrokerSession session = BrokerSession.open(BrokerAddress.parse(server.listens("amqp")))) {
            Publisher publisher = new Publisher(session.connection());
            List<CompletableFuture<?>> answers = new ArrayList<>();
            for (int id = first; id < first + ITEMS; id++) {
                answers.add(publish(publisher, "invoke.recorder", "event " + id, "{\"id\":" + id + "}"));
                answers.add(publish(publisher, "letters", "queue " + id, "" + id));
            }
            URI http = URI.create(server.listens("http"));
            CompletableFuture<Void> streaming = CompletableFuture.runAsync(() -> fillStream(http, first));
            await().atMost(CliProcess.PATIENCE)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> marks(marks).stream()
                                    .filter(mark -> mark.startsWith("stream"))
                                    .distinct()
                                    .count()
                            >= first + ITEMS / 4);
            hold(marks);
            publish(publisher, "invoke.recorder", "event held " + round, "{\"id\":\"held " + round + "\"}")
                    .join();
            server.kill();
            answers.forEach(CompletableFuture::join);
            streaming.exceptionally(killed -> null).join();
        }
    }

    /** Nothing more is noted, so that something is left for who takes over. */
    private static void hold(Path marks) {
        try {
            Files.createFile(holding(marks));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void release(Path marks) {
        try {
            Files.delete(holding(marks));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Path holding(Path marks) {
        return marks.resolveSibling(marks.getFileName() + ".hold");
    }

    private CompletableFuture<?> publish(Publisher publisher, String address, String mark, String body) {
        return publisher
                .send(
                        address,
                        EventMessages.durable(
                                UUID.randomUUID().toString(), body.getBytes(StandardCharsets.UTF_8), Map.of(), null))
                .toCompletionStage()
                .toCompletableFuture()
                .handle((confirmed, failed) -> failed == null && accepted.add(mark));
    }

    /** One request after the other, as those of one key are to stay in order. */
    private void fillStream(URI http, int first) {
        LambdaClient client = new LambdaClient(http, Optional.empty());
        for (int start = first; start < first + ITEMS; start += REQUEST) {
            ObjectNode request = StreamView.about("clicks");
            for (int id = start; id < start + REQUEST; id++) {
                request.withArray("Records")
                        .addObject()
                        .put("PartitionKey", key(id))
                        .put("Data", String.valueOf(id).getBytes(StandardCharsets.UTF_8));
            }
            JsonNode answer = client.kinesis("PutRecords", request);
            for (int i = 0; i < REQUEST; i++) {
                if (!answer.at("/Records/" + i).has("ErrorCode")) {
                    accepted.add("stream " + (start + i));
                }
            }
        }
    }

    private static String key(int id) {
        return "key-" + id % KEYS;
    }

    private static List<String> marks(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void check(List<String> marks, int kills) {
        Set<String> distinct = new HashSet<>(marks);
        Set<String> missing = new TreeSet<>(accepted);
        missing.removeAll(distinct);
        List<Integer> records = marks.stream()
                .filter(mark -> mark.startsWith("stream "))
                .map(mark -> Integer.valueOf(mark.substring("stream ".length())))
                .toList();
        List<Integer> firstRuns = records.stream().distinct().toList();
        System.out.println("StandbyIT: " + accepted.size() + " accepted, " + marks.size() + " runs, "
                + (marks.size() - distinct.size()) + " of them doubled, " + (records.size() - firstRuns.size())
                + " of the stream");
        assertThat(missing).as("accepted and lost").isEmpty();
        for (int key = 0; key < KEYS; key++) {
            String name = key(key);
            assertThat(firstRuns.stream().filter(id -> key(id).equals(name)))
                    .as("order of " + name)
                    .isSorted();
        }
        assertThat(records.size() - firstRuns.size())
                .as("runs of records that were done before a kill: at most the batch of each shard that was under way")
                .isLessThanOrEqualTo(kills * SHARDS * BATCH);
    }
}
