package io.millrace.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a database must do that keeps keys. Each test has keys of its own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
abstract class IdempotencyContract {
    /** Far more than a pause of the machine, which PostgreSQL's clock would see and a set one would not. */
    private static final Duration LEASE = Duration.ofMinutes(30);

    private static final Duration HOUR = Duration.ofHours(1);
    private static final AtomicInteger TESTS = new AtomicInteger();

    final SetClock clock = new SetClock();
    private final String scope = "scope" + TESTS.incrementAndGet();

    /** The same database for all tests of a class. */
    abstract DataSource database();

    private IdempotencyStore store() {
        return IdempotencyStore.shared(database(), "of a test", clock);
    }

    @BeforeEach
    void table_of_side_effects() throws SQLException {
        try (Connection connection = database().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS effects (name VARCHAR(100), place VARCHAR(100))");
        }
    }

    private ClaimRequest request(String key) {
        return new ClaimRequest(Digest.ofKey(scope, key), Optional.empty(), LEASE);
    }

    private ClaimRequest request(String key, String payload) {
        return new ClaimRequest(
                Digest.ofKey(scope, key), Optional.of(Digest.ofPayload(payload.getBytes(UTF_8))), LEASE);
    }

    private static StoredResult result(String text) {
        return new StoredResult(text.getBytes(UTF_8), "7");
    }

    private static Claim.Won won(Claim claim) {
        assertThat(claim).isInstanceOf(Claim.Won.class);
        return (Claim.Won) claim;
    }

    @Test
    void absent_to_in_progress_to_completed_to_expired() {
        try (IdempotencyStore store = store()) {
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
        try (IdempotencyStore store = store()) {
            Claim.Won first = won(store.claim(request("k")));

            assertThat(store.end(Ending.freed(first))).isTrue();

            won(store.claim(request("k")));
        }
    }

    @Test
    void a_crash_frees_the_key_at_the_end_of_its_lease_and_no_sooner() {
        try (IdempotencyStore store = store()) {
            won(store.claim(request("k")));

            clock.pass(LEASE.minusMinutes(15));
            assertThat(store.claim(request("k"))).isInstanceOf(Claim.InProgress.class);

            clock.pass(Duration.ofMinutes(16));
            won(store.claim(request("k")));
        }
    }

    @Test
    void who_was_taken_over_changes_nothing_any_more() {
        try (IdempotencyStore store = store()) {
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
        try (IdempotencyStore store = store()) {
            Claim.Won late = won(store.claim(request("k")));
            clock.pass(LEASE.plusSeconds(1));

            assertThat(store.end(Ending.completed(late, result("late"), HOUR))).isTrue();

            assertThat(store.claim(request("k"))).isInstanceOf(Claim.Completed.class);
        }
    }

    @Test
    void the_same_key_with_another_payload_is_refused_also_while_it_is_in_progress() {
        try (IdempotencyStore store = store()) {
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
        try (IdempotencyStore store = store()) {
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
        try (IdempotencyStore store = store()) {
            Claim.Won first = won(store.claim(request("k")));
            store.end(Ending.completed(first, new StoredResult(large, ""), HOUR));

            assertThat(((Claim.Completed) store.claim(request("k"))).result().payload())
                    .isEqualTo(large);
        }
    }

    @Test
    void many_claims_and_endings_at_once_are_answered_in_their_order() {
        try (IdempotencyStore store = store()) {
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
        try (IdempotencyStore one = store();
                IdempotencyStore other = store()) {
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

    @Test
    void a_node_whose_clock_is_ahead_takes_no_running_key_where_the_database_has_the_time() {
        SetClock ahead = new SetClock().pass(Duration.ofDays(1));
        try (IdempotencyStore here = store();
                IdempotencyStore there = IdempotencyStore.shared(database(), "of a test", ahead)) {
            Claim.Won first = won(here.claim(request("k")));

            Claim second = there.claim(request("k"));

            if (hasClock()) {
                assertThat(second).isEqualTo(new Claim.InProgress(first.until()));
            } else {
                won(second); // One process has one clock: this cannot be.
            }
        }
    }

    /** Whether leases end by the database's clock. */
    abstract boolean hasClock();

    @Test
    void a_purge_removes_in_slices_what_is_over_for_a_while_and_nothing_else() {
        try (IdempotencyStore store = store()) {
            store.purge(1); // From now on it knows the time.
            clock.pass(Duration.ofDays(2)); // Nothing of other tests is left.
            store.purge(100_000);
            for (int i = 0; i < 5; i++) {
                store.end(Ending.completed(won(store.claim(request("old" + i))), result("old"), HOUR));
            }
            clock.pass(HOUR.plus(IdempotencyStore.KEPT_BEYOND).plusMinutes(1));
            store.end(Ending.completed(won(store.claim(request("new"))), result("new"), HOUR));
            won(store.claim(request("running")));

            assertThat(store.purge(3)).isEqualTo(3);
            assertThat(store.purge(3)).isEqualTo(2);
            assertThat(store.purge(3)).isZero();

            assertThat(store.claim(request("new"))).isInstanceOf(Claim.Completed.class);
            assertThat(store.claim(request("running"))).isInstanceOf(Claim.InProgress.class);
        }
    }

    // --- The library form.

    private Idempotent idempotent() {
        return Idempotent.in(IdempotencyStore.on(database(), clock), scope);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void a_part_of_a_handler_runs_once_and_duplicates_get_its_result() {
        AtomicInteger runs = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            byte[] result = idempotent().run("k", bytes("same"), () -> bytes("run " + runs.incrementAndGet()));
            assertThat(result).asString().isEqualTo("run 1");
        }
        assertThatThrownBy(() -> idempotent().run("k", bytes("other"), () -> bytes("never")))
                .isInstanceOf(KeyReusedException.class)
                .hasMessageContaining("'k'");
    }

    @Test
    void a_part_that_throws_runs_again_and_one_that_runs_keeps_others_out() {
        Idempotent idempotent = idempotent();
        assertThatThrownBy(() -> idempotent.run("k", () -> {
                    throw new IOException("no luck");
                }))
                .isInstanceOf(IOException.class);

        byte[] result = idempotent.run("k", () -> {
            assertThatThrownBy(() -> idempotent.run("k", () -> bytes("never"))).isInstanceOf(KeyInUseException.class);
            return bytes("second");
        });

        assertThat(result).asString().isEqualTo("second");
    }

    private static void effect(Connection connection, String key, String place) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO effects VALUES (?, ?)")) {
            insert.setString(1, key);
            insert.setString(2, place);
            insert.executeUpdate();
        }
    }

    private List<String> effects(String key) throws SQLException {
        List<String> places = new ArrayList<>();
        try (Connection connection = database().getConnection();
                PreparedStatement find = connection.prepareStatement("SELECT place FROM effects WHERE name = ?")) {
            find.setString(1, key);
            try (ResultSet rows = find.executeQuery()) {
                while (rows.next()) {
                    places.add(rows.getString(1));
                }
            }
        }
        return places;
    }

    @Test
    void effects_in_the_same_database_and_the_record_are_there_both_or_neither() throws SQLException {
        Idempotent idempotent = idempotent();
        String key = scope + "/order";
        assertThatThrownBy(() -> idempotent.transact(key, connection -> {
                    effect(connection, key, "undone");
                    throw new IllegalStateException("after the effect");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(effects(key)).isEmpty();

        for (int i = 0; i < 2; i++) {
            String place = "run " + i;
            idempotent.transact(key, connection -> {
                effect(connection, key, place);
                return bytes(place);
            });
        }

        assertThat(effects(key)).containsExactly("run 0");
    }

    @Test
    void of_many_transactions_at_the_same_time_one_has_an_effect() throws Exception {
        String key = scope + "/hot";
        Idempotent idempotent = idempotent();
        inParallel(4, claimant -> {
            boolean answered = false;
            while (!answered) {
                answered = tryTransact(idempotent, key, "by " + claimant);
            }
        });
        assertThat(effects(key)).hasSize(1);
    }

    private static boolean tryTransact(Idempotent idempotent, String key, String place) {
        try {
            idempotent.transact(key, connection -> {
                effect(connection, key, place);
                return bytes(place);
            });
            return true;
        } catch (KeyInUseException later) {
            return false;
        }
    }

    private interface Numbered {
        void run(int number);
    }

    private static void inParallel(int threads, Numbered work) throws Exception {
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
