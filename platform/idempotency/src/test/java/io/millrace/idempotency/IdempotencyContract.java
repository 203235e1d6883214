package io.millrace.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a store of keys must do. Each test has keys of its own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
abstract class IdempotencyContract {
    /** Far more than a pause of the machine, which PostgreSQL's clock would see and a set one would not. */
    static final Duration LEASE = Duration.ofMinutes(30);

    static final Duration HOUR = Duration.ofHours(1);
    private static final AtomicInteger TESTS = new AtomicInteger();

    final SetClock clock = new SetClock();
    final String scope = "scope" + TESTS.incrementAndGet();

    /** The same keys for all of a test; each test has some of its own. */
    abstract ClaimStore store();

    /** Another one of the same keys, as far as there can be one. */
    abstract ClaimStore other(ClaimStore store);

    ClaimRequest request(String key) {
        return new ClaimRequest(Digest.ofKey(scope, key), Optional.empty(), LEASE);
    }

    ClaimRequest request(String key, String payload) {
        return new ClaimRequest(
                Digest.ofKey(scope, key), Optional.of(Digest.ofPayload(payload.getBytes(UTF_8))), LEASE);
    }

    static StoredResult result(String text) {
        return new StoredResult(text.getBytes(UTF_8), "7");
    }

    static Claim.Won won(Claim claim) {
        assertThat(claim).isInstanceOf(Claim.Won.class);
        return (Claim.Won) claim;
    }

    @Test
    void absent_to_in_progress_to_completed_to_expired() {
        try (ClaimStore store = store()) {
            Claim.Won first = won(store.claim(request("k")));

            assertThat(store.claim(request("k"))).isEqualTo(new Claim.InProgress(first.until()));

            assertThat(store.end(Ending.completed(first, result("done"), HOUR))).isTrue();
            Claim.Completed completed = (Claim.Completed) store.claim(request("k"));
            assertThat(completed.result().payload()).asString().isEqualTo("done");
            assertThat(completed.result().version()).isEqualTo("7");

            clock.pass(HOUR.plusSeconds(1));
            won(store.claim(request("k")));
        }
    }

    @Test
    void an_error_frees_the_key() {
        try (ClaimStore store = store()) {
            Claim.Won first = won(store.claim(request("k")));

            assertThat(store.end(Ending.freed(first))).isTrue();

            won(store.claim(request("k")));
        }
    }

    @Test
    void a_crash_frees_the_key_at_the_end_of_its_lease_and_no_sooner() {
        try (ClaimStore store = store()) {
            won(store.claim(request("k")));

            clock.pass(LEASE.minusMinutes(15));
            assertThat(store.claim(request("k"))).isInstanceOf(Claim.InProgress.class);

            clock.pass(Duration.ofMinutes(16));
            won(store.claim(request("k")));
        }
    }

    @Test
    void who_was_taken_over_changes_nothing_any_more() {
        try (ClaimStore store = store()) {
            Claim.Won late = won(store.claim(request("k")));
            clock.pass(LEASE.plusSeconds(1));
            Claim.Won owner = won(store.claim(request("k")));

            assertThat(store.end(Ending.completed(late, result("late"), HOUR))).isFalse();
            assertThat(store.end(Ending.freed(late))).isFalse();

            assertThat(store.end(Ending.completed(owner, result("owner"), HOUR)))
                    .isTrue();
        }
    }

    @Test
    void who_is_late_but_was_not_taken_over_completes_all_the_same() {
        try (ClaimStore store = store()) {
            Claim.Won late = won(store.claim(request("k")));
            clock.pass(LEASE.plusSeconds(1));

            assertThat(store.end(Ending.completed(late, result("late"), HOUR))).isTrue();

            assertThat(store.claim(request("k"))).isInstanceOf(Claim.Completed.class);
        }
    }

    @Test
    void the_same_key_with_another_payload_is_refused_also_while_it_is_in_progress() {
        try (ClaimStore store = store()) {
            Claim.Won first = won(store.claim(request("k", "a")));
            assertThat(store.claim(request("k", "b"))).isEqualTo(new Claim.OtherPayload());
            store.end(Ending.completed(first, result("done"), HOUR));

            assertThat(store.claim(request("k", "b"))).isEqualTo(new Claim.OtherPayload());
            assertThat(store.claim(request("k", "a"))).isInstanceOf(Claim.Completed.class);
            assertThat(store.claim(request("k"))).isInstanceOf(Claim.Completed.class);
        }
    }

    @Test
    void keys_of_different_scopes_and_keys_of_ten_kilobytes_that_differ_at_the_end_are_different() {
        String longKey = "k".repeat(10_240);
        try (ClaimStore store = store()) {
            won(store.claim(request(longKey + "1")));
            won(store.claim(request(longKey + "2")));
            won(store.claim(new ClaimRequest(Digest.ofKey(scope + "x", "y"), Optional.empty(), LEASE)));
            won(store.claim(new ClaimRequest(Digest.ofKey(scope, "xy"), Optional.empty(), LEASE)));
        }
    }

    @Test
    void a_result_of_six_megabytes_comes_back_whole() {
        byte[] large = new byte[6 * 1024 * 1024];
        large[large.length - 1] = 1;
        try (ClaimStore store = store()) {
            Claim.Won first = won(store.claim(request("k")));
            store.end(Ending.completed(first, new StoredResult(large, ""), HOUR));

            assertThat(((Claim.Completed) store.claim(request("k"))).result().payload())
                    .isEqualTo(large);
        }
    }

    @Test
    void many_claims_and_endings_at_once_are_answered_in_their_order() {
        try (ClaimStore store = store()) {
            List<Claim> claims = store.claim(List.of(request("b"), request("a"), request("b"), request("c", "x")));
            assertThat(claims.get(2)).isInstanceOf(Claim.InProgress.class);

            Claim.Won a = won(claims.get(1));
            Claim.Won b = won(claims.get(0));
            assertThat(store.end(List.of(Ending.freed(a), Ending.completed(b, result("b"), HOUR), Ending.freed(a))))
                    .containsExactly(true, true, false);
            assertThat(((Claim.Won) claims.get(3)).key()).isEqualTo(Digest.ofKey(scope, "c"));
        }
    }

    @Test
    void of_many_who_claim_at_the_same_time_one_wins() throws Exception {
        int keys = 40;
        int claimants = 6;
        AtomicInteger[] wins = new AtomicInteger[keys];
        for (int key = 0; key < keys; key++) {
            wins[key] = new AtomicInteger();
        }
        try (ClaimStore one = store();
                ClaimStore other = other(one)) {
            inParallel(claimants, claimant -> {
                for (int key = 0; key < keys; key++) {
                    Claim claim = (claimant % 2 == 0 ? one : other).claim(request("key" + key));
                    if (claim instanceof Claim.Won) {
                        wins[key].incrementAndGet();
                    }
                }
            });
        }
        assertThat(wins).allSatisfy(count -> assertThat(count).hasValue(1));
    }

    interface Numbered {
        void run(int number);
    }

    static void inParallel(int threads, Numbered work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch all = new CountDownLatch(threads);
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                tasks.add(() -> {
                    all.countDown();
                    all.await();
                    work.run(number);
                    return null;
                });
            }
            for (Future<Void> each : pool.invokeAll(tasks)) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
