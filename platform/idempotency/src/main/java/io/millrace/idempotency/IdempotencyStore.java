package io.millrace.idempotency;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * The keys in a table of H2 or PostgreSQL, where handlers can write in the same transaction. Thread-safe.
 */
public final class IdempotencyStore implements ClaimStore {
    /** A record is of use a little longer: to whom overran its lease and was not taken over. */
    static final Duration KEPT_BEYOND = Duration.ofMinutes(15);

    private static final int TRIES = 5;
    private static final int LONGEST_WAIT_SECONDS = 2;
    private static final int PURGED_AT_ONCE = 1_000;
    private static final long PURGE_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Connections connections;
    private final StoreClock clock;
    private final String name;
    private final LongSupplier nanos;
    /** Whether somebody is at it: others need not wait for that. */
    private final AtomicBoolean purging = new AtomicBoolean();

    private volatile long nextPurgeNanos;

    private IdempotencyStore(Connections connections, Clock clock, String name, LongSupplier nanos) {
        this.connections = connections;
        this.clock = new StoreClock(clock);
        this.name = name;
        this.nanos = nanos;
        this.nextPurgeNanos = nanos.getAsLong() + PURGE_EVERY_NANOS;
    }

    /**
     * In a database of yours, where handlers can write in the same transaction; the table is made if it is missing. What
     * a commit promises is up to the database: give H2 {@code WRITE_DELAY=0}, or a killed process loses the last ones.
     * What is over is removed once a minute, by whoever uses it then.
     *
     * @param source of H2 or PostgreSQL, best pooled; not closed here
     * @param clock of this machine; PostgreSQL's own counts, and this one only says what time has gone by since
     */
    public static IdempotencyStore on(DataSource source, Clock clock) {
        return on(source, clock, System::nanoTime);
    }

    /** @param nanos as {@link System#nanoTime} */
    static IdempotencyStore on(DataSource source, Clock clock, LongSupplier nanos) {
        return new IdempotencyStore(new Connections(source, 0), clock, "of a data source", nanos);
    }

    /**
     * In a database that other nodes may share.
     *
     * @param source opens a connection at each call
     * @param name for messages, without secrets
     */
    public static IdempotencyStore shared(DataSource source, String name, Clock clock) {
        return new IdempotencyStore(new Connections(source, 2), clock, "'" + name + "'", System::nanoTime);
    }

    /** All claims of a call are one transaction. */
    @Override
    public List<Claim> claim(List<ClaimRequest> requests) {
        try {
            return inTransaction(connection -> claim(connection, requests, false));
        } catch (Contended busy) {
            return requests.size() == 1
                    ? List.of(new Claim.InProgress(Instant.EPOCH)) // Whoever writes it is not done yet.
                    : requests.stream().map(this::claim).toList();
        }
    }

    @Override
    public List<Boolean> end(List<Ending> endings) {
        try {
            return inTransaction(connection -> {
                List<Boolean> ended = new ArrayList<>(Collections.nCopies(endings.size(), false));
                long now = clock.millis(connection, connections.dialect());
                for (int i : inOrder(endings, ending -> ending.claim().key())) {
                    ended.set(i, end(connection, endings.get(i), now));
                }
                return ended;
            });
        } catch (Contended busy) {
            if (endings.size() == 1) {
                throw unavailable(busy.cause());
            }
            return endings.stream().map(this::end).toList();
        }
    }

    @Override
    public void tidy() {
        if (nanos.getAsLong() - nextPurgeNanos < 0 || !purging.compareAndSet(false, true)) {
            return;
        }
        try {
            if (purge(PURGED_AT_ONCE) < PURGED_AT_ONCE) {
                nextPurgeNanos = nanos.getAsLong() + PURGE_EVERY_NANOS;
            }
        } finally {
            purging.set(false);
        }
    }

    /** For a caller whose work is done: whatever is wrong with the database, the next use of it will tell. */
    void tidyIfPossible() {
        try {
            tidy();
        } catch (IdempotencyStoreException away) {
            nextPurgeNanos = nanos.getAsLong() + PURGE_EVERY_NANOS;
        }
    }

    /**
     * Removes records whose time has been over for a while. Call it again while it returns {@code most}: each call is a
     * short transaction of its own.
     *
     * @return how many were removed
     */
    int purge(int most) {
        try {
            return once(connection -> {
                long before = clock.millis(connection, connections.dialect()) - KEPT_BEYOND.toMillis();
                try (PreparedStatement purge =
                        connection.prepareStatement(connections.dialect().purge())) {
                    purge.setLong(1, before);
                    purge.setLong(2, before);
                    purge.setInt(3, most);
                    return purge.executeUpdate();
                }
            });
        } catch (SQLException failed) {
            if (isContention(failed)) {
                return 0; // Somebody runs under one of them again; the next purge is early enough.
            }
            throw unavailable(failed);
        }
    }

    /** Runs in a transaction of the caller's: see {@link Idempotent#transact}. */
    Claim claim(Connection connection, ClaimRequest request) throws SQLException {
        return claim(connection, List.of(request), true).get(0);
    }

    boolean end(Connection connection, Ending ending) throws SQLException {
        return end(connection, ending, clock.millis(connection, connections.dialect()));
    }

    Connections connections() {
        return connections;
    }

    private List<Claim> claim(Connection connection, List<ClaimRequest> requests, boolean waitsBriefly)
            throws SQLException {
        Dialect dialect = connections.dialect();
        long now = clock.millis(connection, dialect);
        List<Integer> order = inOrder(requests, ClaimRequest::key);
        UUID[] tokens = new UUID[requests.size()];
        Claim[] claims = new Claim[requests.size()];
        try (PreparedStatement claim = connection.prepareStatement(dialect.claim())) {
            if (waitsBriefly) {
                claim.setQueryTimeout(LONGEST_WAIT_SECONDS);
            }
            for (int i : order) {
                tokens[i] = UUID.randomUUID();
                bind(claim, requests.get(i), tokens[i], now);
                claim.addBatch();
            }
            int[] written = claim.executeBatch();
            for (int at = 0; at < written.length; at++) {
                int i = order.get(at);
                claims[i] = written[at] == 1
                        ? won(requests.get(i), tokens[i], now)
                        : find(connection, requests.get(i), tokens[i], now);
            }
        }
        return List.of(claims);
    }

    private static void bind(PreparedStatement claim, ClaimRequest request, UUID token, long now) throws SQLException {
        claim.setBytes(1, request.key().bytes());
        claim.setObject(2, token);
        claim.setBytes(3, request.payload().map(Digest::bytes).orElse(null));
        claim.setLong(4, now + request.lease().toMillis());
        claim.setLong(5, now);
    }

    private static Claim.Won won(ClaimRequest request, UUID token, long now) {
        return new Claim.Won(request.key(), token, Instant.ofEpochMilli(now).plus(request.lease()));
    }

    /** Why the claim was not won. */
    private static Claim find(Connection connection, ClaimRequest request, UUID token, long now) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(Dialect.FIND)) {
            find.setBytes(1, request.key().bytes());
            try (ResultSet row = find.executeQuery()) {
                // One that is gone was freed between the two statements; the next try will win.
                return row.next() ? read(row, request, token, now) : new Claim.InProgress(Instant.ofEpochMilli(now));
            }
        }
    }

    private static Claim read(ResultSet row, ClaimRequest request, UUID token, long now) throws SQLException {
        Instant until = Instant.ofEpochMilli(row.getLong(4));
        if (token.equals(row.getObject(2, UUID.class))) {
            return won(request, token, now); // A driver that gathers statements does not say what each did.
        }
        Optional<Digest> payload = Optional.ofNullable(row.getBytes(3)).map(Digest::of);
        if (payload.isPresent()
                && request.payload().isPresent()
                && !payload.get().equals(request.payload().get())) {
            return new Claim.OtherPayload();
        }
        return row.getBoolean(1)
                ? new Claim.Completed(new StoredResult(row.getBytes(5), row.getString(6)), payload, until)
                : new Claim.InProgress(until);
    }

    private static boolean end(Connection connection, Ending ending, long now) throws SQLException {
        Optional<StoredResult> result = ending.result();
        try (PreparedStatement end =
                connection.prepareStatement(result.isPresent() ? Dialect.COMPLETE : Dialect.FREE)) {
            int at = 1;
            if (result.isPresent()) {
                end.setBytes(at++, result.get().payload());
                end.setString(at++, result.get().version());
                end.setLong(at++, now + ending.timeToLive().toMillis());
            }
            end.setBytes(at++, ending.claim().key().bytes());
            end.setObject(at, ending.claim().token());
            return end.executeUpdate() == 1;
        }
    }

    // Two transactions that lock the same rows in the same order wait for each other, but never both.
    private static <T> List<Integer> inOrder(List<T> all, Function<T, Digest> key) {
        return IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.comparing(i -> key.apply(all.get(i))))
                .toList();
    }

    private <T> T inTransaction(Transaction<T> transaction) {
        for (int tries = 1; ; tries++) {
            try {
                return once(transaction);
            } catch (SQLException failed) {
                if (!isContention(failed)) {
                    throw unavailable(failed);
                }
                if (tries == TRIES) {
                    throw new Contended(failed);
                }
            }
        }
    }

    private boolean isContention(SQLException failed) {
        return connections.isPrepared() && connections.dialect().isContention(failed);
    }

    private <T> T once(Transaction<T> transaction) throws SQLException {
        Connection connection = connections.take();
        try {
            T result = transaction.run(connection);
            connection.commit();
            connections.giveBack(connection);
            return result;
        } catch (SQLException | RuntimeException failed) {
            abandon(connection, failed);
            throw failed;
        }
    }

    /** Ends the transaction, and the connection, which may be why it failed. */
    static void abandon(Connection connection, Throwable failed) {
        try {
            connection.rollback();
        } catch (SQLException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
        try {
            connection.close();
        } catch (SQLException alsoFailed) {
            failed.addSuppressed(alsoFailed);
        }
    }

    IdempotencyStoreException unavailable(SQLException failed) {
        String reason = String.valueOf(failed.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        return new IdempotencyStoreException("idempotency store " + name + " cannot be used: " + reason, failed);
    }

    @Override
    public void close() {
        try {
            connections.close();
        } catch (SQLException failed) {
            throw unavailable(failed);
        }
    }

    @FunctionalInterface
    private interface Transaction<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Others were in the way at each try. */
    private static final class Contended extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final SQLException cause;

        Contended(SQLException cause) {
            super(cause);
            this.cause = cause;
        }

        SQLException cause() {
            return cause;
        }
    }
}
