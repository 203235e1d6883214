package io.millrace.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What a key costs: prints medians, for the documentation. {@code -Dmillrace.soak=true -Dmillrace.keys=10000000}; files are
 * below {@code target}, where an fsync is one.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@EnabledIfSystemProperty(named = "millrace.soak", matches = "true")
class KeyCostsIT {
    private static final int KEYS = Integer.getInteger("millrace.keys", 10_000_000);
    private static final int AT_ONCE = 256;
    private static final int SAMPLES = 2_000;
    private static final StoredResult RESULT = new StoredResult(new byte[64], "1");
    private static final Duration LONG = Duration.ofHours(10);

    private static ClaimRequest request(String key) {
        return new ClaimRequest(Digest.ofKey("f", key), Optional.of(Digest.ofPayload(key.getBytes(UTF_8))), LONG);
    }

    private static Claim claim(ClaimStore store, String key) {
        return store.claimNow(request(key)).orElseGet(() -> store.claim(request(key)));
    }

    private static void fill(ClaimStore store, int from, int to) {
        for (int next = from; next < to; ) {
            List<Ending> endings = new ArrayList<>();
            for (; endings.size() < AT_ONCE && next < to; next++) {
                endings.add(Ending.completed((Claim.Won) claim(store, "key" + next), RESULT, LONG));
            }
            store.end(endings);
            store.tidy();
        }
    }

    /** One at a time: a new key, its completion, and the same key again. */
    private static void measure(String what, ClaimStore store) {
        long[] claimed = new long[SAMPLES];
        long[] completed = new long[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            long began = System.nanoTime();
            Claim.Won won = (Claim.Won) claim(store, what + i);
            claimed[i] = System.nanoTime() - began;
            assertThat(store.end(Ending.completed(won, RESULT, LONG))).isTrue();
            completed[i] = System.nanoTime() - began;
            store.tidy();
        }
        Arrays.sort(claimed);
        Arrays.sort(completed);
        System.out.printf(
                "MEASURED %s: claim p50 %.1f us, p99 %.1f us; claim and completion p50 %.2f ms%n",
                what, claimed[SAMPLES / 2] / 1e3, claimed[SAMPLES * 99 / 100] / 1e3, completed[SAMPLES / 2] / 1e6);
    }

    @Test
    void of_a_claim_in_a_file_that_is_empty_and_in_one_with_millions_of_keys() throws Exception {
        Path file = Path.of("target", "keys.soak");
        Files.deleteIfExists(file);
        try (KeyFile store = KeyFile.open(file, Clock.systemUTC())) {
            measure("warming", store);
            measure("empty", store);
            fill(store, 0, KEYS);
            measure("full", store);
            Runtime.getRuntime().gc();
            System.out.printf(
                    "MEASURED %d keys: file %d MB, heap %d MB%n",
                    store.keys(),
                    Files.size(file) >> 20,
                    (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
        }
        long began = System.nanoTime();
        try (KeyFile store = KeyFile.open(file, Clock.systemUTC())) {
            System.out.printf("MEASURED opened in %d ms%n", (System.nanoTime() - began) / 1_000_000);
            assertThat(claim(store, "key0")).isInstanceOf(Claim.Completed.class);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void of_a_claim_in_postgresql() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(
                                Path.of("target", "postgresql-costs").toFile())
                        .setServerConfig("fsync", "on") // It is off here unless said.
                        .setServerConfig("synchronous_commit", "on")
                        .setPGStartupWait(Duration.ofMinutes(2))
                        .start();
                IdempotencyStore store =
                        IdempotencyStore.shared(server.getPostgresDatabase(), "of a test", Clock.systemUTC())) {
            measure("warming", store);
            measure("postgresql", store);
        }
    }
}
