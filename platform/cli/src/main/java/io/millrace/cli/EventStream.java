package io.millrace.cli;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Publishes any number of durable events to one address as fast as the broker puts them on disk, with bounded memory.
 * For one thread.
 */
final class EventStream implements AutoCloseable {
    private static final int WINDOW = 2_000;

    private final BrokerSession session;
    private final Publisher publisher;
    private final String address;
    private final @Nullable String group;
    private final Semaphore window = new Semaphore(WINDOW);
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
    private final long began = System.nanoTime();
    private long sent;

    private EventStream(BrokerSession session, String address, @Nullable String group) {
        this.group = group;
        this.session = session;
        this.publisher = new Publisher(session.connection());
        this.address = address;
    }

    private record Failure(String event, Throwable cause) {}

    /** @param accepted events the broker has on disk */
    record Summary(long accepted, long perSecond) {}

    /** @param group message group of all events; null for none */
    static EventStream open(BrokerAddress broker, String address, @Nullable String group) {
        return new EventStream(BrokerSession.open(broker), address, group);
    }

    /**
     * Blocks while as many events as may be under way are; fails if one before it failed.
     *
     * @param event what to call it should it fail
     */
    void send(String event, byte[] payload) {
        takePlaces(1);
        throwFailure();
        sent++;
        Message message = EventMessages.durable(UUID.randomUUID().toString(), payload, Map.of(), null);
        if (group != null) {
            message.setGroupId(group);
        }
        publisher.send(address, message).onComplete(answer -> {
            if (answer.succeeded()) {
                accepted.incrementAndGet();
            } else {
                failure.compareAndSet(null, new Failure(event, answer.cause()));
            }
            window.release();
        });
    }

    /** Waits until the broker has answered for all events. */
    Summary finish() {
        takePlaces(WINDOW);
        window.release(WINDOW);
        throwFailure();
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Summary(accepted.get(), Math.round(accepted.get() / seconds));
    }

    private void takePlaces(int places) {
        try {
            long patience = BrokerSession.PATIENCE.toSeconds();
            if (!window.tryAcquire(places, patience, TimeUnit.SECONDS)) {
                throw new BrokerUnavailableException(
                        "broker " + session.connection().address() + " took nothing for " + patience + " s" + soFar());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new BrokerUnavailableException("interrupted" + soFar(), stop);
        }
    }

    private void throwFailure() {
        Failure first = failure.get();
        if (first == null) {
            return;
        }
        String message = first.event() + ": " + first.cause().getMessage() + soFar();
        if (first.cause() instanceof BrokerRefusedException) {
            throw new BrokerRefusedException(message);
        }
        throw new BrokerUnavailableException(message, first.cause());
    }

    private String soFar() {
        return sent == 1 ? "" : "; " + accepted.get() + " of " + sent + " sent events are known to be accepted";
    }

    @Override
    public void close() {
        session.close();
    }
}
