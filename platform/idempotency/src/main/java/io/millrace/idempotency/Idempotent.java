package io.millrace.idempotency;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * Runs parts of a handler once for each key. Immutable and thread-safe; blocks.
 *
 * <p>{@link #run} is for effects anywhere: it claims the key, runs, and stores the result, in this order, so a process
 * that dies in between leaves the key in use until the lease ends, after which the part runs again. {@link #transact} is
 * for effects in the same database: they and the record are one transaction, so however often a process dies, they
 * happen exactly once.
 */
public final class Idempotent {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(15);

    private final IdempotencyStore store;
    private final String scope;
    private final Duration timeToLive;
    private final Duration lease;

    private Idempotent(IdempotencyStore store, String scope, Duration timeToLive, Duration lease) {
        this.store = store;
        this.scope = scope;
        this.timeToLive = timeToLive;
        this.lease = lease;
    }

    /** @param scope keys of different scopes are different keys; for example what the handler does with them */
    public static Idempotent in(IdempotencyStore store, String scope) {
        return new Idempotent(store, scope, HOUR, LONGEST_TIMEOUT);
    }

    /** How long a duplicate gets the result instead of running; an hour, unless said. */
    public Idempotent withTimeToLive(Duration newTimeToLive) {
        return new Idempotent(store, scope, newTimeToLive, lease);
    }

    /** How long a run of {@link #run} may take: best the time the handler has left. 15 minutes, unless said. */
    public Idempotent withLease(Duration newLease) {
        return new Idempotent(store, scope, timeToLive, newLease);
    }

    /** What runs once; its result is what duplicates get. */
    @FunctionalInterface
    public interface Work<E extends Exception> {
        byte[] run() throws E;
    }

    /** As {@link Work}, with the connection whose transaction it is part of: not to be committed, rolled back or closed. */
    @FunctionalInterface
    public interface TransactionalWork<E extends Exception> {
        byte[] run(Connection connection) throws SQLException, E;
    }

    /** As {@link #run(String, byte[], Work)}, whatever else came with the key. */
    public <E extends Exception> byte[] run(String key, Work<E> work) throws E {
        return run(key, Optional.empty(), work);
    }

    /**
     * Runs {@code work}, unless it ran under this key before.
     *
     * @param payload what the key came with; with another one it is refused
     * @return what it returned, now or then
     * @throws KeyInUseException while another one runs; so a handler that lets this pass is tried again later
     * @throws KeyReusedException if the key came with another payload before
     * @throws IdempotencyStoreException when the database cannot be used. Where {@code work} ran, that may be repeated
     * @throws E what {@code work} throws; the key is free again then
     */
    public <E extends Exception> byte[] run(String key, byte[] payload, Work<E> work) throws E {
        return run(key, Optional.of(Digest.ofPayload(payload)), work);
    }

    private <E extends Exception> byte[] run(String key, Optional<Digest> payload, Work<E> work) throws E {
        Claim claim = store.claim(request(key, payload));
        if (!(claim instanceof Claim.Won won)) {
            return tidied(answer(key, claim));
        }
        byte[] result;
        try {
            result = work.run();
        } catch (Throwable failed) { // The border to users' code: whatever it throws frees the key.
            free(won, failed);
            throw failed;
        }
        store.end(Ending.completed(won, new StoredResult(result, ""), timeToLive));
        return tidied(result);
    }

    /** Nobody else would ever remove what is over. */
    private byte[] tidied(byte[] result) {
        store.tidyIfPossible();
        return result;
    }

    private void free(Claim.Won won, Throwable failed) {
        try {
            store.end(Ending.freed(won));
        } catch (IdempotencyStoreException away) { // Then the end of the lease frees it.
            failed.addSuppressed(away);
        }
    }

    /** As {@link #transact(String, byte[], TransactionalWork)}, whatever else came with the key. */
    public <E extends Exception> byte[] transact(String key, TransactionalWork<E> work) throws E {
        return transact(key, Optional.empty(), work);
    }

    /**
     * As {@link #run(String, byte[], Work)}, with what {@code work} writes by its connection in the same transaction as
     * the record: both are there, or neither. A duplicate meanwhile waits up to two seconds for its end.
     *
     * @throws IdempotencyStoreException also when a statement of {@code work} fails; nothing has changed then
     */
    public <E extends Exception> byte[] transact(String key, byte[] payload, TransactionalWork<E> work) throws E {
        return transact(key, Optional.of(Digest.ofPayload(payload)), work);
    }

    private <E extends Exception> byte[] transact(String key, Optional<Digest> payload, TransactionalWork<E> work)
            throws E {
        return tidied(inTransaction(key, payload, work));
    }

    private <E extends Exception> byte[] inTransaction(String key, Optional<Digest> payload, TransactionalWork<E> work)
            throws E {
        Connection connection = take();
        try {
            Claim claim = claim(connection, key, payload);
            byte[] result = claim instanceof Claim.Won won ? completed(connection, won, work) : answer(key, claim);
            connection.commit();
            store.connections().giveBack(connection);
            return result;
        } catch (SQLException failed) {
            IdempotencyStore.abandon(connection, failed);
            throw store.unavailable(failed);
        } catch (Throwable failed) { // The border to users' code: whatever it throws undoes all.
            IdempotencyStore.abandon(connection, failed);
            throw failed;
        }
    }

    private <E extends Exception> byte[] completed(Connection connection, Claim.Won won, TransactionalWork<E> work)
            throws SQLException, E {
        byte[] result = work.run(connection);
        if (!store.end(connection, Ending.completed(won, new StoredResult(result, ""), timeToLive))) {
            throw new IllegalStateException("the work ended the transaction itself, expected that to be left to us");
        }
        return result;
    }

    private Connection take() {
        try {
            return store.connections().take();
        } catch (SQLException failed) {
            throw store.unavailable(failed);
        }
    }

    private Claim claim(Connection connection, String key, Optional<Digest> payload) throws SQLException {
        try {
            return store.claim(connection, request(key, payload));
        } catch (SQLException failed) {
            if (store.connections().dialect().isContention(failed)) {
                KeyInUseException inUse = new KeyInUseException(key);
                inUse.addSuppressed(failed);
                throw inUse;
            }
            throw failed;
        }
    }

    private ClaimRequest request(String key, Optional<Digest> payload) {
        return new ClaimRequest(Digest.ofKey(scope, key), payload, lease);
    }

    private static byte[] answer(String key, Claim claim) {
        if (claim instanceof Claim.Completed completed) {
            return completed.result().payload();
        }
        if (claim instanceof Claim.OtherPayload) {
            throw new KeyReusedException(key);
        }
        throw new KeyInUseException(key);
    }
}
