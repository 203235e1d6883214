package io.millrace.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a database must do that keeps keys, for the platform and for handlers that write in the same transaction. */
abstract class DatabaseContract extends IdempotencyContract {

    /** The same database for all tests of a class. */
    abstract DataSource database();

    @Override
    IdempotencyStore store() {
        return IdempotencyStore.shared(database(), "of a test", clock);
    }

    @Override
    ClaimStore other(ClaimStore store) {
        return store();
    }

    @BeforeEach
    void table_of_side_effects() throws SQLException {
        try (Connection connection = database().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS effects (name VARCHAR(100), place VARCHAR(100))");
        }
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

    private int rows(String... keys) throws SQLException {
        int found = 0;
        try (Connection connection = database().getConnection();
                PreparedStatement find =
                        connection.prepareStatement("SELECT 1 FROM millrace_idempotency WHERE id = ?")) {
            for (String key : keys) {
                find.setBytes(1, Digest.ofKey(scope, key).bytes());
                try (ResultSet rows = find.executeQuery()) {
                    found += rows.next() ? 1 : 0;
                }
            }
        }
        return found;
    }

    @Test
    void the_library_form_removes_by_itself_what_is_over_for_a_while_and_looks_once_a_minute() throws SQLException {
        AtomicLong nanos = new AtomicLong();
        try (IdempotencyStore store = IdempotencyStore.on(database(), clock, nanos::get)) {
            Idempotent idempotent = Idempotent.in(store, scope).withTimeToLive(HOUR);
            idempotent.run("old", () -> bytes("old"));
            idempotent.transact("old too", connection -> bytes("old"));
            clock.pass(HOUR.plus(IdempotencyStore.KEPT_BEYOND).plusMinutes(1));

            idempotent.run("new", () -> bytes("new"));
            assertThat(rows("old", "old too")).isEqualTo(2);

            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            idempotent.run("new", () -> bytes("a duplicate"));
            assertThat(rows("old", "old too")).isZero();

            clock.pass(HOUR.plus(IdempotencyStore.KEPT_BEYOND).plusMinutes(1));
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            idempotent.transact("newer", connection -> bytes("newer"));
            assertThat(rows("new")).isZero();
            assertThat(rows("newer")).isEqualTo(1);
        }
    }

    @Test
    void the_library_form_has_its_result_though_what_is_over_cannot_be_removed() {
        AtomicLong nanos = new AtomicLong();
        AtomicInteger connections = new AtomicInteger(2); // Claim and end; none is left to tidy up with.
        DataSource scarce = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (connections.getAndDecrement() <= 0) {
                        throw new SQLException("no connection is left");
                    }
                    return database().getConnection();
                });
        try (IdempotencyStore store = IdempotencyStore.on(scarce, clock, nanos::get)) {
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());

            byte[] result = Idempotent.in(store, scope).run("k", () -> bytes("done"));

            assertThat(result).asString().isEqualTo("done");
            assertThat(connections).as("it was tried").hasNegativeValue();
        }
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
}
