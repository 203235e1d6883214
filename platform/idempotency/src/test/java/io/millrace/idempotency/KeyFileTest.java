package io.millrace.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With so few keys in memory that most are in runs, and runs of runs. */
final class KeyFileTest extends IdempotencyContract {
    private static final int KEYS_IN_MEMORY = 32;

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("keys");
    }

    @Override
    KeyFile store() {
        return KeyFile.open(file(), clock, clock::nanos, KEYS_IN_MEMORY);
    }

    /** It is the only one in its process. */
    @Override
    ClaimStore other(ClaimStore store) {
        return store;
    }

    private void complete(ClaimStore store, String name, int from, int to) {
        List<ClaimRequest> requests = new ArrayList<>();
        for (int i = from; i < to; i++) {
            requests.add(request(name + i, name));
        }
        List<Ending> endings = new ArrayList<>();
        store.claim(requests).forEach(claim -> endings.add(Ending.completed(won(claim), result(name), HOUR)));
        assertThat(store.end(endings)).doesNotContain(false);
        store.tidy();
    }

    private void assertCompleted(ClaimStore store, String name, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(store.claim(request(name + i, name)))
                    .as("%s%d", name, i)
                    .isInstanceOfSatisfying(Claim.Completed.class, completed -> assertThat(
                                    new String(completed.result().payload(), UTF_8))
                            .isEqualTo(name));
        }
    }

    @Test
    void a_file_keeps_what_was_completed_and_frees_what_a_dead_process_had_claimed() {
        try (KeyFile before = store()) {
            complete(before, "completed", 0, 1);
            before.claim(request("running"));
        }
        try (KeyFile after = store()) {
            assertCompleted(after, "completed", 0, 1);
            assertThat(after.claim(request("running"))).isInstanceOf(Claim.Won.class);
        }
    }

    @Test
    void what_cannot_be_used_is_named() throws Exception {
        Files.writeString(file(), "no store of keys".repeat(2_000));

        assertThatThrownBy(this::store)
                .isInstanceOf(IdempotencyStoreException.class)
                .hasMessageContaining(file().toString());
    }

    @Test
    void thousands_of_keys_are_found_after_they_were_merged_and_after_each_start() {
        int keys = 0;
        for (int start = 0; start < 3; start++) {
            try (KeyFile store = store()) {
                assertThat(store.keys()).isEqualTo(keys);
                for (int i = 0; i < 200; i++, keys += 7) {
                    complete(store, "key", keys, keys + 7);
                }
                assertCompleted(store, "key", 0, keys);
                assertThat(store.claim(request("key0", "another"))).isEqualTo(new Claim.OtherPayload());
                assertThat(store.claim(request("unknown" + start))).isInstanceOf(Claim.Won.class);
            }
        }
    }

    @Test
    void what_a_dying_process_leaves_at_any_moment_has_all_that_was_completed() throws Exception {
        Path copy = directory.resolve("copy");
        try (KeyFile store = store()) {
            for (int keys = 0; keys < 1_500; keys += 5) {
                complete(store, "key", keys, keys + 5);
                if (keys % 125 == 0) {
                    Files.deleteIfExists(copy);
                    Files.copy(file(), copy); // As a kill leaves it: nothing is closed.
                    try (KeyFile left = KeyFile.open(copy, clock, clock::nanos, KEYS_IN_MEMORY)) {
                        assertCompleted(left, "key", 0, keys + 5);
                    }
                }
            }
        }
    }

    @Test
    void a_key_that_is_over_runs_again_and_its_new_result_counts_wherever_the_old_one_is() {
        try (KeyFile store = store()) {
            for (int keys = 0; keys < 100; keys += 5) {
                complete(store, "key", keys, keys + 5);
            }
            clock.pass(HOUR.plusSeconds(1));

            for (int i = 0; i < 100; i++) {
                Claim.Won again = won(store.claim(request("key" + i, "new")));
                store.end(Ending.completed(again, result("new " + i), HOUR));
                store.tidy();
            }
            for (int keys = 0; keys < 600; keys += 5) {
                complete(store, "later", keys, keys + 5); // Old and new come into one run.
            }

            for (int i = 0; i < 100; i++) {
                Claim.Completed completed = (Claim.Completed) store.claim(request("key" + i));
                assertThat(completed.result().payload()).asString().isEqualTo("new " + i);
            }
        }
    }

    @Test
    void what_is_over_goes_as_a_whole_and_its_place_is_used_again() throws Exception {
        try (KeyFile store = store()) {
            for (int round = 0; round < 40; round++) {
                for (int keys = 0; keys < 50; keys += 5) {
                    complete(store, "round" + round + "/", keys, keys + 5);
                }
                clock.pass(HOUR.plusSeconds(1));
                for (int runs = 0; runs < 10; runs++) {
                    clock.pass(Duration.ofMinutes(2));
                    store.tidy();
                }
            }
            assertThat(store.keys()).isLessThan(200);
        }
    }

    @Test
    void after_a_failure_of_the_disk_what_was_claimed_can_still_be_completed() {
        try (KeyFile store = store()) {
            complete(store, "key", 0, 20);
            Claim.Won claimed = won(store.claim(request("claimed")));
            Thread.currentThread().interrupt(); // It closes the file under whoever writes.

            assertThatThrownBy(() -> store.end(Ending.completed(claimed, result("done"), HOUR)))
                    .isInstanceOf(IdempotencyStoreException.class);
            assertThat(Thread.interrupted()).isTrue();

            assertThat(store.claim(request("claimed"))).isInstanceOf(Claim.InProgress.class);
            assertThat(store.end(Ending.completed(claimed, result("done"), HOUR)))
                    .isTrue();
            assertThat(store.claim(request("claimed"))).isInstanceOf(Claim.Completed.class);
            assertCompleted(store, "key", 0, 20);
        }
    }

    @Test
    void an_answer_that_needs_no_disk_is_there_at_once_and_any_other_is_not() {
        try (KeyFile store = store()) {
            for (int keys = 0; keys < 200; keys += 5) {
                complete(store, "key", keys, keys + 5);
            }

            assertThat(store.claimNow(request("new"))).containsInstanceOf(Claim.Won.class);
            assertThat(store.claimNow(request("new"))).containsInstanceOf(Claim.InProgress.class);
            assertThat(store.claimNow(request("key199"))).containsInstanceOf(Claim.Completed.class);
            assertThat(store.claimNow(request("key0"))).isEmpty(); // It is in a run.
        }
    }

    @Test
    void a_purge_forgets_claims_of_who_overran_its_lease_by_far() {
        try (KeyFile store = store()) {
            Claim.Won late = won(store.claim(request("late")));
            clock.pass(LEASE.plus(IdempotencyStore.KEPT_BEYOND).plusMinutes(1));

            store.tidy();

            assertThat(store.end(Ending.completed(late, result("late"), HOUR))).isFalse();
        }
    }

    @Test
    void whoever_sets_the_clock_ahead_gives_no_running_key_to_another_run() {
        try (KeyFile store = store()) {
            Claim.Won running = won(store.claim(request("running")));

            clock.set(Duration.ofDays(1));
            store.tidy();
            assertThat(store.claim(request("running"))).isEqualTo(new Claim.InProgress(running.until()));
            assertThat(store.claimNow(request("running"))).contains(new Claim.InProgress(running.until()));
            assertThat(store.end(Ending.completed(running, result("done"), HOUR)))
                    .isTrue();
        }
    }

    @Test
    void whoever_sets_the_clock_back_keeps_no_key_in_use_beyond_its_lease() {
        try (KeyFile store = store()) {
            won(store.claim(request("running")));
            clock.set(Duration.ofDays(-1));

            clock.pass(LEASE);

            won(store.claim(request("running")));
        }
    }

    @Test
    void the_cache_knows_the_last_completed_keys_until_their_time_is_over() {
        CompletedKeys cache = new CompletedKeys(2, clock);
        for (String key : new String[] {"a", "b", "c"}) {
            cache.put(
                    Digest.ofKey("f", key),
                    new Claim.Completed(
                            new StoredResult(new byte[0], ""),
                            Optional.of(Digest.ofPayload(new byte[] {1})),
                            clock.instant().plusSeconds(60)));
        }
        assertThat(cache.find(cached("a"))).isEmpty();
        assertThat(cache.find(cached("b"))).containsInstanceOf(Claim.Completed.class);
        assertThat(cache.find(new ClaimRequest(
                        Digest.ofKey("f", "c"), Optional.of(Digest.ofPayload(new byte[] {2})), Duration.ZERO)))
                .contains(new Claim.OtherPayload());

        clock.pass(Duration.ofMinutes(1));

        assertThat(cache.find(cached("b"))).isEmpty();
        assertThat(cache.size()).isEqualTo(1);
    }

    private static ClaimRequest cached(String key) {
        return new ClaimRequest(Digest.ofKey("f", key), Optional.empty(), Duration.ofHours(1));
    }
}
