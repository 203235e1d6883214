package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Selection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The bad day: the server is killed again and again while thousands of events are under way. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class KillIT {
    private static final int ROUNDS = Integer.getInteger("millrace.kill.rounds", 5);
    private static final long SEED = Long.getLong("millrace.kill.seed", System.nanoTime());
    private static final int EVENTS_PER_ROUND = 3_000;
    /** Every so many events fail at each attempt. */
    private static final int FAILING = 50;
    /** Every so many events come by HTTP, the others by AMQP. */
    private static final int BY_HTTP = 10;

    /** Appends the event's id to a file before it returns, so that the file tells which events were processed. */
    private static final String RECORDER =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.nio.file.StandardOpenOption;
            import java.util.Map;

            public final class Recorder implements RequestHandler<Map<String, Object>, String> {
                @Override
                public String handleRequest(Map<String, Object> event, Context context) {
                    if (Boolean.TRUE.equals(event.get("fail"))) {
                        throw new IllegalStateException("fails always");
                    }
                    try {
                        Files.writeString(Path.of((String) event.get("file")), event.get("id") + "\\n",
                                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    } catch (java.io.IOException failed) {
                        throw new java.io.UncheckedIOException(failed);
                    }
                    return "recorded";
                }
            }
            """;

    private final Random random = new Random(SEED);
    private final Set<Integer> accepted = ConcurrentHashMap.newKeySet();
    private final Set<Integer> unknown = ConcurrentHashMap.newKeySet();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path directory;

    @Test
    @Timeout(1800)
    void what_was_accepted_is_processed_or_dead_lettered_however_often_the_server_is_killed() throws IOException {
        Path data = directory.resolve("data");
        Path marks = directory.resolve("marks");
        Path jar = FunctionJar.of(directory, "Recorder", RECORDER);
        try (CliProcess first = server(data)) {
            CliCall created = CliCall.run(
                    "function",
                    "create",
                    "recorder",
                    "--jar",
                    jar,
                    "--handler",
                    "Recorder",
                    "--server",
                    first.listens("http"));
            assertThat(created.exitCode()).as(created.err()).isZero();
            first.terminate();
            assertThat(first.exitCode()).isZero();
        }

        for (int round = 0; round < ROUNDS; round++) {
            try (CliProcess server = server(data)) {
                publishUntilKilled(server, marks, round);
            }
        }

        try (CliProcess last = server(data)) {
            await().atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> stats(last), KillIT::isQuiet);
            check(stats(last), processed(marks), deadLetters(last));
        }
    }

    private static CliProcess server(Path data) {
        return CliProcess.server(
                data,
                "--set",
                "async.retryDelay=PT0.2S",
                "--set",
                "async.retryDelayMultiplier=1",
                "--set", // So that as many attempts as possible are under way when the server is killed.
                "environment.java=in-process");
    }

    private void publishUntilKilled(CliProcess server, Path marks, int round) {
        int killAfter = EVENTS_PER_ROUND / 10 + random.nextInt(EVENTS_PER_ROUND * 8 / 10);
        int before = accepted.size();
        List<CompletableFuture<?>> answers = new ArrayList<>();
        try (BrokerSession session = BrokerSession.open(BrokerAddress.parse(server.listens("amqp")))) {
            Publisher publisher = new Publisher(session.connection());
            for (int i = 0; i < EVENTS_PER_ROUND; i++) {
                int id = round * EVENTS_PER_ROUND + i;
                byte[] event = event(id, marks);
                answers.add(note(id, id % BY_HTTP == 0 ? byHttp(server, event) : byAmqp(publisher, event)));
            }
            await().atMost(CliProcess.PATIENCE)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> accepted.size() - before >= killAfter);
            server.kill();
            answers.forEach(CompletableFuture::join);
        }
    }

    private static byte[] event(int id, Path marks) {
        return Json.object()
                .put("id", id)
                .put("fail", id % FAILING == 0)
                .put("file", marks.toString())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private static CompletableFuture<?> byAmqp(Publisher publisher, byte[] event) {
        return publisher
                .send("invoke.recorder", EventMessages.durable(UUID.randomUUID().toString(), event, Map.of(), null))
                .toCompletionStage()
                .toCompletableFuture();
    }

    private CompletableFuture<?> byHttp(CliProcess server, byte[] event) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(server.listens("http")).resolve(LambdaClient.function("recorder") + "/invocations"))
                .header("X-Amz-Invocation-Type", "Event")
                .POST(HttpRequest.BodyPublishers.ofByteArray(event))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                .thenAccept(answer -> assertThat(answer.statusCode()).isEqualTo(202));
    }

    private CompletableFuture<?> note(int id, CompletableFuture<?> answer) {
        return answer.handle((done, failed) -> (failed == null ? accepted : unknown).add(id));
    }

    private static JsonNode stats(CliProcess server) {
        CliCall stats = CliCall.run("stats", "--json", "--server", server.listens("http"));
        return Json.lenient(stats.out()).path("functions").path("recorder");
    }

    private static boolean isQuiet(JsonNode counts) {
        return counts.path("waiting").asLong(1)
                        + counts.path("delayed").asLong(1)
                        + counts.path("running").asLong(1)
                == 0;
    }

    private static List<Integer> processed(Path marks) throws IOException {
        return Files.readAllLines(marks).stream().map(Integer::valueOf).toList();
    }

    private static List<Integer> deadLetters(CliProcess server) {
        List<Integer> ids = new ArrayList<>();
        try (DeadLetters letters =
                DeadLetters.connect(BrokerAddress.parse(server.listens("amqp")), Duration.ofSeconds(30))) {
            letters.forEach(
                    letters.queue("recorder"),
                    Selection.ALL,
                    Long.MAX_VALUE,
                    letter -> ids.add(Json.lenient(new String(letter.body(), StandardCharsets.UTF_8))
                            .path("id")
                            .asInt()));
        }
        return ids;
    }

    private void check(JsonNode counts, List<Integer> processed, List<Integer> dead) {
        Set<Integer> ended = new HashSet<>(processed);
        ended.addAll(dead);
        Set<Integer> lost = new HashSet<>(accepted);
        lost.removeAll(ended);
        String seen = "seed " + SEED + ", " + accepted.size() + " accepted and " + unknown.size()
                + " unknown to the client, " + processed.size() + " runs of "
                + new HashSet<>(processed).size() + " events, " + dead.size() + " dead letters of "
                + new HashSet<>(dead).size() + " events, counts " + counts;
        System.out.println("KillIT: " + seen);

        assertThat(lost).as("accepted and lost; " + seen).isEmpty();
        assertThat(dead).as("dead letters; " + seen).doesNotHaveDuplicates();
        assertThat(dead.stream().filter(id -> id % FAILING != 0))
                .as("dead though they do not fail; " + seen)
                .isEmpty();
        long acceptedByServer = counts.path("accepted").asLong();
        assertThat(acceptedByServer)
                .as("the equation; " + seen)
                .isEqualTo(counts.path("succeeded").asLong()
                        + counts.path("deadLettered").asLong()
                        + counts.path("expired").asLong());
        assertThat(counts.path("deadLettered").asLong())
                .as("dead letters counted; " + seen)
                .isEqualTo(dead.size());
        assertThat(acceptedByServer)
                .as("accepted; " + seen)
                .isBetween((long) accepted.size(), (long) accepted.size() + unknown.size());
        assertThat(ended.size()).as("each event that came to its end; " + seen).isEqualTo((int) acceptedByServer);
    }
}
