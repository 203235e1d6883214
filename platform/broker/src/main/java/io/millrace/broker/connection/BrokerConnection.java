package io.millrace.broker.connection;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonClientOptions;
import io.vertx.proton.ProtonConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One AMQP connection with an event loop of its own, opened again whenever it is lost, after 0.1 s doubling to 3 s with
 * jitter. {@link #open}, {@link #close} and {@link #isUp} are thread-safe, all else is for its event loop only.
 */
public final class BrokerConnection {
    private static final Logger LOGGER = LoggerFactory.getLogger(BrokerConnection.class);
    private static final long FIRST_DELAY_MILLIS = 100;
    private static final long LONGEST_DELAY_MILLIS = 3_000;
    private static final int CONNECT_TIMEOUT_MILLIS = 3_000;
    // The other side counts as gone after twice this without a frame.
    private static final int HEARTBEAT_MILLIS = 5_000;
    private static final String NO_WORD = "the socket ended without a word";

    private final Vertx vertx;
    private final Context context;
    private final BrokerAddress address;
    private final String name;
    private final List<Consumer<ProtonConnection>> whenUp = new ArrayList<>();
    private final List<Runnable> whenDown = new ArrayList<>();
    private final Promise<Void> firstUp = Promise.promise();
    private volatile @Nullable ProtonConnection connection;
    private volatile @Nullable Throwable lastFailure;
    private volatile boolean closing;
    private long nextDelay = FIRST_DELAY_MILLIS;
    private String closeReason = NO_WORD;

    private BrokerConnection(Vertx vertx, Context context, BrokerAddress address, String name) {
        this.vertx = vertx;
        this.context = context;
        this.address = address;
        this.name = name;
    }

    /**
     * Starts to connect.
     *
     * @param name shows in the broker's list of connections
     */
    public static Future<BrokerConnection> open(Vertx vertx, BrokerAddress address, String name) {
        return eventLoop(vertx).map(context -> {
            BrokerConnection opened = new BrokerConnection(vertx, context, address, name);
            context.runOnContext(start -> opened.connect());
            return opened;
        });
    }

    // A verticle is how Vert.x gives out an event loop.
    private static Future<Context> eventLoop(Vertx vertx) {
        Promise<Context> found = Promise.promise();
        return vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        found.complete(context);
                        return Future.succeededFuture();
                    }
                })
                .compose(deployed -> found.future());
    }

    /** Succeeds when the connection is up for the first time. */
    public Future<Void> firstUp() {
        return firstUp.future();
    }

    public boolean isUp() {
        return connection != null;
    }

    public BrokerAddress address() {
        return address;
    }

    public Context context() {
        return context;
    }

    /** Runs {@code action} on the event loop: now if this is it, else soon. Thread-safe. */
    public void run(Runnable action) {
        if (Vertx.currentContext() == context) {
            action.run();
        } else {
            context.runOnContext(now -> action.run());
        }
    }

    /** Runs {@code listener} now if the connection is up, and each time it comes up. Event loop only. */
    public void whenUp(Consumer<ProtonConnection> listener) {
        whenUp.add(listener);
        ProtonConnection current = connection;
        if (current != null) {
            listener.accept(current);
        }
    }

    /** Forgets a listener that {@link #whenUp} was given. Event loop only. */
    public void forget(Consumer<ProtonConnection> listener) {
        whenUp.remove(listener);
    }

    /** Runs {@code listener} each time the connection is lost. Event loop only. */
    public void whenDown(Runnable listener) {
        whenDown.add(listener);
    }

    /** Forgets a listener that {@link #whenDown} was given. Event loop only. */
    public void forgetDown(Runnable listener) {
        whenDown.remove(listener);
    }

    /** Why the last attempt to connect failed, if it did. */
    public Optional<Throwable> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** The connection if it is up. Event loop only. */
    public @Nullable ProtonConnection current() {
        return connection;
    }

    private void connect() {
        if (closing) {
            return;
        }
        ProtonClientOptions options = new ProtonClientOptions();
        options.setHeartbeat(HEARTBEAT_MILLIS);
        options.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
        options.setTcpNoDelay(true);
        CoalescingConnection.connect(vertx, options, address).onComplete(this::connected);
    }

    private void connected(AsyncResult<ProtonConnection> attempt) {
        if (attempt.failed()) {
            lastFailure = attempt.cause();
            LOGGER.atDebug()
                    .addKeyValue("broker", address)
                    .setCause(attempt.cause())
                    .log("broker not reached");
            connectLater();
            return;
        }
        ProtonConnection opening = attempt.result();
        opening.setContainer("millrace-" + name);
        opening.disconnectHandler(this::lost);
        opening.closeHandler(closed -> {
            closeReason = closed.failed() ? String.valueOf(closed.cause().getMessage()) : "closed by the broker";
            opening.disconnect();
        });
        opening.openHandler(opened -> {
            if (opened.failed()) {
                lastFailure = opened.cause();
                opening.disconnect();
                return;
            }
            up(opening);
        });
        opening.open();
    }

    private void up(ProtonConnection opened) {
        if (closing) {
            opened.close();
            return;
        }
        nextDelay = FIRST_DELAY_MILLIS;
        closeReason = NO_WORD;
        connection = opened;
        LOGGER.atInfo()
                .addKeyValue("broker", address)
                .addKeyValue("connection", name)
                .log("broker connected");
        List.copyOf(whenUp).forEach(listener -> listener.accept(opened));
        firstUp.tryComplete();
    }

    private void lost(ProtonConnection disconnected) {
        boolean wasUp = connection == disconnected;
        if (wasUp) {
            connection = null;
            List.copyOf(whenDown).forEach(Runnable::run);
        }
        if (closing) {
            return;
        }
        if (wasUp) {
            LOGGER.atWarn()
                    .addKeyValue("broker", address)
                    .addKeyValue("connection", name)
                    .addKeyValue("reason", closeReason)
                    .log("broker connection lost");
        }
        connectLater();
    }

    private void connectLater() {
        if (closing) {
            return;
        }
        long delay = nextDelay / 2 + ThreadLocalRandom.current().nextLong(nextDelay);
        nextDelay = Math.min(nextDelay * 2, LONGEST_DELAY_MILLIS);
        vertx.setTimer(delay, now -> connect());
    }

    /** Closes gracefully: the broker gets back at once what was delivered and not settled. */
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        closing = true;
        context.runOnContext(now -> {
            ProtonConnection current = connection;
            connection = null;
            if (current == null) {
                closed.complete();
                return;
            }
            // Who waits for an answer of the broker gets none now.
            List.copyOf(whenDown).forEach(Runnable::run);
            // Complete only when the socket is gone: whoever closes Vert.x next would find it half closed.
            current.closeHandler(answer -> current.disconnect());
            current.disconnectHandler(gone -> closed.tryComplete());
            current.close();
            vertx.setTimer(1_000, late -> {
                current.disconnect();
                closed.tryComplete();
            });
        });
        return closed.future();
    }
}
