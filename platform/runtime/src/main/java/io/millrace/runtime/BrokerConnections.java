package io.millrace.runtime;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Opens the connections to the broker, each with an event loop of its own, and waits for them. Blocking. */
final class BrokerConnections {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /**
     * Up to here one event loop carries as many requests as so many cores can answer, and a change of threads on the way
     * to the broker and back costs each of them more than it spreads.
     */
    private static final int FEW_CORES = 4;

    private final Vertx vertx;
    private final BrokerAddress address;

    BrokerConnections(Vertx vertx, BrokerAddress address) {
        this.vertx = vertx;
        this.address = address;
    }

    /** It may not be up yet: see {@link #awaitUp}. */
    Future<BrokerConnection> open(String name) {
        return BrokerConnection.open(vertx, address, name);
    }

    /** @throws BrokerUnavailableException if the broker is not there within ten seconds */
    void awaitUp(BrokerConnection connection) {
        try {
            connection
                    .firstUp()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new BrokerUnavailableException(
                    "broker " + address + " is not reachable within " + PATIENCE.toSeconds() + " s", late);
        } catch (ExecutionException failed) {
            throw new BrokerUnavailableException("broker " + address + " is not reachable", failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new BrokerUnavailableException("interrupted while connecting to broker " + address, stop);
        }
    }

    /**
     * Opens a door whose requests go to the broker by this connection.
     *
     * @return what {@code listening} gives, which a small machine runs on the event loop of the connection
     */
    static <T> Future<T> besides(BrokerConnection connection, Supplier<Future<T>> listening) {
        if (Runtime.getRuntime().availableProcessors() > FEW_CORES) {
            return listening.get();
        }
        Promise<T> listens = Promise.promise();
        connection.run(() -> Future.<Void>succeededFuture() // so that what it throws fails the future, too
                .compose(start -> listening.get())
                .onComplete(listens));
        return listens.future();
    }

    /** Also now, where it is there; before anything else that is asked for after this. */
    static Future<Void> onEachReturn(BrokerConnection connection, Runnable action) {
        Promise<Void> listening = Promise.promise();
        connection.run(() -> {
            connection.whenUp(up -> action.run());
            listening.complete();
        });
        return listening.future();
    }
}
