package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Past events run once more by a version that is right, as their user does it. What ran is read from files. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(600)
class FunctionReplayIT {
    private static final int EVENTS = 200;
    private static final int EARLY = 20;
    private static final int LATE = 10;
    /** So slow that the kill comes in the middle, however busy the machine is. */
    private static final String RATE = "25/s";

    private static final int SOME = 10;
    private static final String KEY = "order-1";

    /** Notes which version ran which event. */
    private static final String SOURCE =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.nio.file.StandardOpenOption;
            import java.util.Map;

            public final class Biller implements RequestHandler<Map<String, Object>, String> {
                @Override
                public String handleRequest(Map<String, Object> event, Context context) {
                    try {
                        Files.writeString(Path.of((String) event.get("file")), "VERSION " + event.get("id") + "\\n",
                                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    } catch (java.io.IOException failed) {
                        throw new java.io.UncheckedIOException(failed);
                    }
                    return "billed";
                }
            }
            """;

    @TempDir
    static Path data;

    private static CliProcess server;

    @TempDir
    Path directory;

    private String function = "";

    @BeforeAll
    static void start() {
        server = CliProcess.server(data, "--set", "broker.retention=P1D", "--set", "environment.java=in-process");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void events_of_a_time_run_once_more_by_the_version_that_is_right_and_no_others_also_when_the_server_is_killed()
            throws IOException {
        create("biller", "wrong");
        publish(0, EARLY);
        awaitRan("wrong", EARLY);
        Instant from = now();
        publish(EARLY, EARLY + EVENTS);
        awaitRan("wrong", EARLY + EVENTS);
        Instant to = now();
        publish(EARLY + EVENTS, EARLY + EVENTS + LATE);
        awaitRan("wrong", EARLY + EVENTS + LATE);
        update("right");

        assertThat(replay(from, to, "--into", "live", "--dry-run").out()).startsWith("200 events of biller from ");
        assertThat(ran("right")).as("a dry run").isEmpty();

        String job;
        try (CliProcess asking = CliProcess.start(arguments(from, to, "--into", "live", "--rate", RATE))) {
            asking.awaitOutput("Job r-[0-9a-f]+ moves 200 of them on");
            await().atMost(CliProcess.PATIENCE).until(() -> ran("right").size() >= SOME);
            server.kill();
            assertThat(asking.exitCode()).isEqualTo(ExitCode.UNAVAILABLE.code());
            assertThat(asking.err()).contains("go on with: millrace dlq jobs resume r-");
            job = job(asking);
        }
        assertThat(ran("right")).hasSizeLessThan(EVENTS);
        start();
        CliCall resumed = CliCall.run("dlq", "jobs", "resume", job, "--broker", server.listens("amqp"));
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();

        List<String> all = ids(EARLY, EARLY + EVENTS);
        await().atMost(CliProcess.PATIENCE).until(() -> distinct("right").size() >= EVENTS);
        awaitQuiet();
        assertThat(distinct("right")).containsExactlyInAnyOrderElementsOf(all);
        assertThat(stats().path("deadLettered").asLong()).isZero();
        // Accepted once as they came and once as they were replayed: that none more waited or ran.
        assertThat(stats().path("succeeded").asLong()).isEqualTo(EARLY + EVENTS + LATE + EVENTS);

        // What was replayed is no event of its own for the next one; nor is what began before the kill forgotten.
        Files.delete(directory.resolve("ran"));
        CliCall some = replay(from, to, "--into", "live", "--filter", "{\"kind\":[\"odd\"]}", "--max", "30");
        assertThat(some.exitCode()).as(some.err()).isZero();
        assertThat(some.out()).startsWith("100 events of biller from ").contains("30 of 30 moved");
        await().atMost(CliProcess.PATIENCE).until(() -> ran("right").size() >= 30);
        awaitQuiet();
        assertThat(ran("right"))
                .hasSize(30)
                .doesNotHaveDuplicates()
                .allMatch(id -> Integer.parseInt(id) % 2 == 1)
                .isSubsetOf(all);
    }

    @Test
    void an_event_whose_idempotency_key_has_a_result_runs_again_only_without_its_key() throws IOException {
        create("payer", "wrong");
        Instant from = now();
        publish(1, 2, Map.of(EventProperties.IDEMPOTENCY_KEY, KEY));
        awaitRan("wrong", 1);
        awaitQuiet();
        Instant to = now();
        update("right");

        assertThat(replay(from, to).exitCode()).isZero();
        await().atMost(CliProcess.PATIENCE)
                .until(() -> stats().path("succeeded").asLong() == 2);
        awaitQuiet();
        assertThat(ran("right")).as("the key has its result").isEmpty();

        assertThat(replay(from, to, "--without-keys").exitCode()).isZero();
        awaitRan("right", 1);
    }

    @Test
    void what_cannot_be_replayed_is_refused_in_one_line_that_says_why() throws IOException {
        create("nothing", "wrong");
        Instant now = now();
        assertThat(refused(now.minusSeconds(3_600), now))
                .contains("past events are kept without a gap from ", "broker.retention");
        assertThat(refused(now, now.minusSeconds(1))).contains("expected a range that begins before it ends");
        assertThat(refused(now.minusMillis(1), now, "--into", "nowhere"))
                .contains("into is 'nowhere', expected a version or an alias");
        assertThat(refused(now.minusMillis(1), now, "--filter", "{\"kind\":1}")).contains("pattern is '{\"kind\":1}'");
        CliCall unknown = CliCall.run("function", "replay", "nobody", "--from", "1s", "--server", http());
        assertThat(unknown.err()).contains("Function not found").hasLineCount(1);
    }

    /** As exact as times of messages are. */
    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private static String http() {
        return server.listens("http");
    }

    private void create(String name, String version) throws IOException {
        function = name;
        done("function", "create", name, "--jar", jar(version), "--handler", "Biller", "--publish");
        done("function", "alias", "create", name, "live", "--to", 1);
    }

    private void update(String version) throws IOException {
        done("function", "update", function, "--jar", jar(version), "--publish");
        done("function", "alias", "update", function, "live", "--to", 2);
    }

    private Path jar(String version) throws IOException {
        return FunctionJar.of(
                Files.createDirectories(directory.resolve(version)), "Biller", SOURCE.replace("VERSION", version));
    }

    private void done(Object... arguments) {
        Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--server";
        all[arguments.length + 1] = http();
        CliCall call = CliCall.run(all);
        assertThat(call.exitCode()).as(call.err()).isZero();
    }

    private Object[] arguments(Instant from, Instant to, Object... more) {
        List<Object> all = new ArrayList<>(
                List.of("function", "replay", function, "--from", from, "--to", to, "--server", http()));
        all.addAll(List.of(more));
        return all.toArray();
    }

    private CliCall replay(Instant from, Instant to, Object... more) {
        return CliCall.run(arguments(from, to, more));
    }

    private String refused(Instant from, Instant to, Object... more) {
        CliCall call = replay(from, to, more);
        assertThat(call.exitCode()).isEqualTo(ExitCode.REFUSED.code());
        assertThat(call.err()).hasLineCount(1);
        return call.err();
    }

    private void publish(int first, int end) {
        publish(first, end, Map.of());
    }

    private void publish(int first, int end, Map<String, String> properties) {
        try (BrokerSession session = BrokerSession.open(BrokerAddress.parse(server.listens("amqp")))) {
            Publisher publisher = new Publisher(session.connection());
            CompletableFuture.allOf(IntStream.range(first, end)
                            .mapToObj(id -> publisher
                                    .send(
                                            "invoke." + function,
                                            EventMessages.durable(
                                                    UUID.randomUUID().toString(), event(id), properties, null))
                                    .toCompletionStage()
                                    .toCompletableFuture())
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
    }

    private byte[] event(int id) {
        return Json.object()
                .put("id", id)
                .put("kind", id % 2 == 1 ? "odd" : "even")
                .put("file", directory.resolve("ran").toString())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private List<String> ran(String version) throws IOException {
        Path file = directory.resolve("ran");
        return Files.exists(file)
                ? Files.readAllLines(file).stream()
                        .filter(line -> line.startsWith(version + " "))
                        .map(line -> line.substring(version.length() + 1))
                        .toList()
                : List.of();
    }

    private List<String> distinct(String version) throws IOException {
        return ran(version).stream().distinct().toList();
    }

    private static List<String> ids(int first, int end) {
        return IntStream.range(first, end).mapToObj(Integer::toString).toList();
    }

    private void awaitRan(String version, int count) {
        await().atMost(CliProcess.PATIENCE).until(() -> ran(version).size() == count);
    }

    private JsonNode stats() {
        return Json.lenient(CliCall.run("stats", "--json", "--server", http()).out())
                .path("functions")
                .path(function);
    }

    private void awaitQuiet() {
        await().atMost(CliProcess.PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> stats().path("waiting").asLong(1)
                                + stats().path("delayed").asLong(1)
                                + stats().path("running").asLong(1)
                        == 0);
    }

    private static String job(CliProcess asking) {
        Matcher job = Pattern.compile("Job (r-[0-9a-f]+) ").matcher(asking.out());
        assertThat(job.find()).isTrue();
        return job.group(1);
    }
}
