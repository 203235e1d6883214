package io.millrace.cli;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A connection to a broker for a command, which may block. For one thread. */
final class BrokerSession implements AutoCloseable {
    /** For an answer of a broker that is there: a busy one must not look like none. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration AWAY = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final BrokerConnection connection;

    private BrokerSession(Vertx vertx, BrokerConnection connection) {
        this.vertx = vertx;
        this.connection = connection;
    }

    /**
     * @throws BrokerUnavailableException if it cannot be connected to within 5 s, or somebody listens who does not answer
     *     within a minute
     */
    static BrokerSession open(BrokerAddress address) {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        BrokerSession session =
                new BrokerSession(vertx, await(BrokerConnection.open(vertx, address, "command"), address, PATIENCE));
        boolean up = false;
        try {
            session.awaitUp();
            up = true;
            return session;
        } finally {
            if (!up) {
                session.close();
            }
        }
    }

    private void awaitUp() {
        try {
            await(connection.firstUp(), connection.address(), AWAY);
        } catch (BrokerUnavailableException late) {
            Optional<Throwable> failure = connection.lastFailure();
            if (failure.isPresent()) {
                throw new BrokerUnavailableException(
                        late.getMessage() + ": " + failure.get().getMessage(), failure.get());
            }
            await(connection.firstUp());
        }
    }

    BrokerConnection connection() {
        return connection;
    }

    Vertx vertx() {
        return vertx;
    }

    /** Waits for an answer of the broker; fails with what it fails with, or BrokerUnavailableException if it is late. */
    <T> T await(Future<T> answer) {
        return await(answer, connection.address(), PATIENCE);
    }

    /** As {@link #await(Future)}, for what takes {@code longer} by its nature. */
    <T> T await(Future<T> answer, Duration longer) {
        return await(answer, connection.address(), PATIENCE.plus(longer));
    }

    private static <T> T await(Future<T> answer, BrokerAddress address, Duration patience) {
        try {
            return answer.toCompletionStage().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new BrokerUnavailableException(
                    "broker " + address + " did not answer within " + patience.toSeconds() + " s", late);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new CompletionException(failed.getCause());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new BrokerUnavailableException("interrupted while waiting for broker " + address, stop);
        }
    }

    @Override
    public void close() {
        await(connection.close().eventually(vertx::close));
    }
}
