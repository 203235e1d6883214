package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that are larger than the heap of the server they go through, seen from outside. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(600)
class LargePayloadsIT {
    /** What the server may have for everything; a body that were whole in it would end it. */
    static final int HEAP_MEGABYTES = 80;

    static final LargePayload LARGER_THAN_THE_HEAP = new LargePayload(88L * 1024 * 1024);

    @TempDir
    static Path shared;

    private static PayloadServer small;

    @TempDir
    Path directory;

    /** For what needs no large heap, and no kill. */
    @BeforeAll
    static void start() {
        small = PayloadServer.start(HEAP_MEGABYTES, shared, "broker.retention=P1D");
        small.createReader();
        small.createObjects();
    }

    @AfterAll
    static void stop() {
        small.close();
    }

    @Test
    void a_body_larger_than_the_heap_reaches_a_handler_byte_for_byte_also_through_a_kill_a_dead_letter_and_a_redrive()
            throws IOException {
        goesThrough(LARGER_THAN_THE_HEAP, HEAP_MEGABYTES);
    }

    @Test
    @EnabledIfSystemProperty(named = "millrace.soak", matches = "true")
    void a_body_of_1_GB_goes_through_a_heap_of_256_MB() throws IOException {
        goesThrough(new LargePayload(1024L * 1024 * 1024), 256);
    }

    private void goesThrough(LargePayload payload, int heapMegabytes) throws IOException {
        Path payloads = payloads(directory);
        String identity = payload.identity();
        try (PayloadServer server = PayloadServer.start(heapMegabytes, directory)) {
            server.createReader();
            server.createLetters();
            // When somebody waits for the answer, Then
            HttpResponse<String> answer = server.invoke("reader", "RequestResponse", payload.unannounced());
            assertThat(answer.body()).isEqualTo('"' + identity + '"');
            if (heapMegabytes == HEAP_MEGABYTES) { // Python itself would need four times as much memory as the body.
                HttpResponse<String> counted = server.invoke("letters", "RequestResponse", payload.announced());
                assertThat(counted.body()).isEqualTo('"' + payload.identityOfLetters() + '"');
            }
            patience().untilAsserted(() -> assertThat(files(payloads)).isEmpty());
            // When an event dies of it
            Files.delete(server.seen());
            Files.writeString(server.fail(), "");
            assertThat(server.invoke("reader", "Event", payload.announced()).statusCode())
                    .isEqualTo(202);
            patience().untilAsserted(() -> assertThat(server.deadLetters("reader"))
                    .hasSize(1));
            // Then the dead letter says what it stands for
            assertThat(server.deadLetters("reader").get(0))
                    .startsWith("java.lang.IllegalStateException as it was told")
                    .endsWith("{\"millrace:payload\":{\"bytes\":" + payload.bytes() + ",\"sha256\":\""
                            + identity.split(" ", 2)[1] + "\"}}");
            server.kill();
            Files.delete(server.fail());
        }
        // When the next start looks for files that nobody refers to, and finds one
        Path orphan =
                Files.writeString(payloads.resolve(UUID.randomUUID().toString()), "of a request without an answer");
        for (Path file : files(payloads)) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(8))));
        }
        try (PayloadServer server = PayloadServer.start(heapMegabytes, directory)) {
            assertThat(orphan).doesNotExist();
            server.redrive("reader");
            // Then
            patience().untilAsserted(() -> assertThat(server.seen()).hasContent(identity));
            patience().untilAsserted(() -> assertThat(files(payloads)).isEmpty());
        }
    }

    @Test
    void a_handler_of_objects_gets_what_fits_in_memory_and_of_more_an_error_that_names_both_sizes() {
        // When it has 3 MB, which is above the limit of an event
        LargePayload fits = new LargePayload(3_000_000);
        assertThat(small.invoke("objects", "Event", fits.announced()).statusCode())
                .isEqualTo(202);
        patience().untilAsserted(() -> assertThat(small.succeeded("objects")).isOne());
        // When it has 7 MB, which is above all limits
        LargePayload fitsNot = new LargePayload(7_000_000);
        assertThat(small.invoke("objects", "Event", fitsNot.announced()).statusCode())
                .isEqualTo(202);
        // Then
        patience().untilAsserted(() -> assertThat(small.deadLetters("objects"))
                .singleElement()
                .asString()
                .startsWith("Function.RequestSizeTooLarge The event has " + fitsNot.bytes()
                        + " bytes, and a handler that does not read it as a stream takes at most 6291456"
                        + " bytes; a RequestStreamHandler takes any size."));
    }

    @Test
    void a_directory_that_is_away_costs_the_caller_a_503_that_says_so_and_nothing_else() throws IOException {
        Path payloads = payloads(shared);
        Path elsewhere = directory.resolve("elsewhere");
        // When
        Files.move(payloads, elsewhere);
        HttpResponse<String> away = small.invoke("reader", "Event", new LargePayload(3_000_000).announced());
        HttpResponse<String> other = small.invoke("reader", "RequestResponse", BodyPublishers.ofString("{}"));
        Files.move(elsewhere, payloads);
        // Then
        assertThat(away.statusCode()).as(away.body()).isEqualTo(503);
        assertThat(away.body()).contains("The payload was not accepted").contains(payloads.toString());
        assertThat(other.body()).startsWith("\"2 ");
    }

    @Test
    void a_disk_that_takes_no_more_costs_the_caller_a_503_that_says_so_and_other_events_run() throws IOException {
        Path payloads = payloads(shared);
        // Larger than either limit, by less than a server reads of what it refuses.
        LargePayload payload = new LargePayload(24_000_000);
        List<Path> before = files(payloads);
        long succeeded = small.succeeded("reader");
        // When it takes no more than a part
        small.limitFiles("12000000");
        HttpResponse<String> full = small.invoke("reader", "Event", payload.unannounced());
        // Then
        assertThat(full.statusCode()).as(full.body()).isEqualTo(503);
        assertThat(full.body())
                .contains("The payload was not accepted")
                .contains(payloads.toString())
                .contains("File too large");
        patience().untilAsserted(() -> assertThat(before).containsAll(files(payloads)));
        // Then, while it is full, smaller ones are taken and run
        assertThat(small.invoke("reader", "Event", BodyPublishers.ofString("{}"))
                        .statusCode())
                .isEqualTo(202);
        assertThat(small.invoke("reader", "Event", new LargePayload(3_000_000).announced())
                        .statusCode())
                .isEqualTo(202);
        patience().untilAsserted(() -> assertThat(small.succeeded("reader")).isEqualTo(succeeded + 2));
        assertThat(small.health()).isEqualTo(200);
        // Then, when there is room again
        small.limitFiles("unlimited");
        HttpResponse<String> again = small.invoke("reader", "RequestResponse", payload.announced());
        assertThat(again.body()).isEqualTo('"' + payload.identity() + '"');
    }

    @Test
    void a_replay_and_the_dead_letter_it_repeats_have_a_payload_each_and_what_has_none_any_more_is_left_out()
            throws IOException {
        LargePayload payload = new LargePayload(3_000_000);
        // Given
        Instant from = Instant.now();
        Files.writeString(small.fail(), "");
        assertThat(small.invoke("reader", "Event", payload.announced()).statusCode())
                .isEqualTo(202);
        patience().untilAsserted(() -> assertThat(small.deadLetters("reader")).hasSize(1));
        Files.delete(small.fail());
        Instant to = Instant.now();
        // When
        assertThat(small.replay("reader", from, to, "--dry-run")).startsWith("1 events of reader from ");
        assertThat(small.replay("reader", from, to)).contains("1 of 1 moved");
        // Then
        patience().untilAsserted(() -> assertThat(small.seen()).content().endsWith(payload.identity() + "\n"));
        Files.writeString(small.seen(), "");
        small.redrive("reader");
        patience().untilAsserted(() -> assertThat(small.seen()).hasContent(payload.identity()));
        // When both are done with
        patience().untilAsserted(() -> assertThat(small.replay("reader", from, to, "--dry-run"))
                .startsWith("0 events of reader from ")
                .contains("1 more are left out: their payload is gone"));
    }

    private static Path payloads(Path directory) {
        return directory.resolve("data/payloads");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static ConditionFactory patience() {
        return await().atMost(CliProcess.PATIENCE).pollInterval(Duration.ofMillis(100));
    }
}
