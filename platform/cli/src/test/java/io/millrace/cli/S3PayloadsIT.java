package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Large payloads in a store, from outside; skipped, with this name, where no store can be installed. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(600)
class S3PayloadsIT {
    private static final int HEAP_MEGABYTES = LargePayloadsIT.HEAP_MEGABYTES;
    private static final LargePayload LARGER_THAN_THE_HEAP = LargePayloadsIT.LARGER_THAN_THE_HEAP;
    /** Such as a handler of objects could not have. */
    private static final LargePayload ABOVE_ALL_LIMITS = new LargePayload(8_000_000);

    /** Of {@link #ABOVE_ALL_LIMITS}; takes its hash. */
    private static final String IDENTITY = ABOVE_ALL_LIMITS.identity();

    @TempDir
    Path directory;

    @TempDir
    Path bucket;

    @Test
    void a_body_larger_than_the_heap_goes_through_a_store_a_replay_a_dead_letter_its_outage_and_another_start()
            throws IOException, InterruptedException {
        Optional<S3Server> installed = S3Server.install(bucket);
        assumeTrue(installed.isPresent(), "s3rver cannot be installed: its registry is out of reach");
        try (S3Server store = installed.orElseThrow()) {
            store.start();
            try (PayloadServer server =
                    PayloadServer.start(HEAP_MEGABYTES, directory, with(store, "broker.retention=P1D"))) {
                server.createReader();
                server.createLetters();
                isReadFromThere(store, server);
                Instant from = Instant.now();
                diesAndLeavesItThere(store, server);
                isCopiedForAReplay(store, server, from);
                isRefusedWhileTheStoreIsAway(store, server);
                server.kill();
            }
            // When another starts, whose disk has none of it, and somebody had sent one that nobody was told of
            store.copy(store.objects().get(0));
            store.start();
            Files.delete(directory.resolve("data/payloads"));
            try (PayloadServer server =
                    PayloadServer.start(HEAP_MEGABYTES, directory, with(store, "payloads.orphanAge=PT0S"))) {
                // Then
                assertThat(store.objects()).hasSize(1);
                Files.delete(server.seen());
                server.redrive("reader");
                patience().untilAsserted(() -> assertThat(server.seen()).hasContent(IDENTITY));
                patience().untilAsserted(() -> assertThat(store.objects()).isEmpty());
            }
        }
    }

    private static void isReadFromThere(S3Server store, PayloadServer server) {
        HttpResponse<String> answer = server.invoke("reader", "RequestResponse", LARGER_THAN_THE_HEAP.unannounced());
        assertThat(answer.body()).isEqualTo('"' + LARGER_THAN_THE_HEAP.identity() + '"');
        HttpResponse<String> counted = server.invoke("letters", "RequestResponse", ABOVE_ALL_LIMITS.announced());
        assertThat(counted.body()).isEqualTo('"' + ABOVE_ALL_LIMITS.identityOfLetters() + '"');
        patience().untilAsserted(() -> assertThat(store.objects()).isEmpty());
    }

    private void diesAndLeavesItThere(S3Server store, PayloadServer server) throws IOException {
        Files.writeString(server.fail(), "");
        HttpResponse<String> accepted = server.invoke("reader", "Event", ABOVE_ALL_LIMITS.announced());
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        patience().untilAsserted(() -> assertThat(server.deadLetters("reader"))
                .singleElement()
                .asString()
                .contains("as it was told"));
        assertThat(store.objects()).singleElement().asString().startsWith("of/one/");
        patience().untilAsserted(() -> assertThat(directory.resolve("data/payloads"))
                .isEmptyDirectory());
        Files.delete(server.fail());
    }

    private static void isCopiedForAReplay(S3Server store, PayloadServer server, Instant from) throws IOException {
        Files.delete(server.seen());
        assertThat(server.replay("reader", from, Instant.now())).contains("1 of 1 moved");
        patience().untilAsserted(() -> assertThat(server.seen()).hasContent(IDENTITY));
        patience().untilAsserted(() -> assertThat(store.objects()).hasSize(1));
    }

    private static void isRefusedWhileTheStoreIsAway(S3Server store, PayloadServer server) {
        store.stop();
        HttpResponse<String> refused = server.invoke("reader", "Event", ABOVE_ALL_LIMITS.announced());
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.body())
                .contains("The payload was not accepted")
                .contains("of the setting payloads.store did not answer");
        HttpResponse<String> other = server.invoke("reader", "RequestResponse", BodyPublishers.ofString("{}"));
        assertThat(other.body()).startsWith("\"2 ");
        server.redrive("reader");
        patience().untilAsserted(() -> assertThat(server.deadLetters("reader"))
                .singleElement()
                .asString()
                .startsWith("Runtime.PayloadUnavailable The event's payload cannot be read from http://127.0.0.1:")
                .doesNotContain("X-Amz-Signature"));
    }

    private static String[] with(S3Server store, String setting) {
        return Stream.concat(Arrays.stream(store.settings()), Stream.of(setting))
                .toArray(String[]::new);
    }

    private static ConditionFactory patience() {
        return await().atMost(CliProcess.PATIENCE).pollInterval(Duration.ofMillis(100));
    }
}
