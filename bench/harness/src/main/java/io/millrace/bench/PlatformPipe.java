package io.millrace.bench;

import io.millrace.Millrace;
import io.millrace.MillraceBuilder;
import io.millrace.PublishOptions;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Durable events through the platform's own front door: {@code publish}, and a no-op handler that counts.
 *
 * <p>The handler that ends an event publishes the next one, so that as many are under way as in the raw lanes. It counts
 * a moment before the event is settled; {@link #pause} makes up for it by asking the platform what became of every event
 * published so far, and fails unless each succeeds.
 */
final class PlatformPipe implements Lane {

    private final Millrace millrace;
    private final String function;
    private final Load load;
    private final byte[] body = Load.body();
    private final AtomicLong attempts = new AtomicLong();
    private final AtomicLong completed = new AtomicLong();
    private final AtomicLong published = new AtomicLong();
    private final AtomicInteger outstanding = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final boolean keyed;
    private volatile boolean running;

    private PlatformPipe(
            Path dataDirectory,
            String brokerUrl,
            String function,
            int functions,
            Load load,
            Map<String, String> settings,
            boolean keyed) {
        this.function = function;
        this.load = load;
        this.keyed = keyed;
        MillraceBuilder builder = Millrace.builder()
                .dataDirectory(dataDirectory)
                .broker(brokerUrl)
                .set("async.maximumRetryAttempts", "100")
                .set("async.retryDelay", Load.RETRY_DELAY.toString())
                .set("async.retryDelayMultiplier", "1")
                .function(
                        function,
                        (FunctionHandler) (event, context) -> handle(event),
                        definition -> definition.withReservedConcurrency(OptionalInt.of(load.slots())));
        settings.forEach(builder::set);
        for (int other = 1; other < functions; other++) {
            builder.function(function + "-" + other, (FunctionHandler) (event, context) -> event);
        }
        this.millrace = builder.start();
    }

    /** @param functions how many the platform has; all events are for one of them */
    static PlatformPipe start(
            Path dataDirectory,
            String brokerUrl,
            String function,
            int functions,
            Load load,
            Map<String, String> settings) {
        return new PlatformPipe(dataDirectory, brokerUrl, function, functions, load, settings, false);
    }

    /** Every event has an idempotency key of its own. */
    static PlatformPipe keyed(Path dataDirectory, String brokerUrl, String function, Load load) {
        return new PlatformPipe(dataDirectory, brokerUrl, function, 1, load, Map.of(), true);
    }

    private byte[] handle(byte[] event) {
        if (load.failEvery() > 0 && attempts.incrementAndGet() % load.failEvery() == 0) {
            throw new AttemptFailedException();
        }
        completed.incrementAndGet();
        if (running) {
            publish();
        } else {
            outstanding.decrementAndGet();
        }
        return event;
    }

    private void publish() {
        long number = published.incrementAndGet();
        PublishOptions options =
                keyed ? PublishOptions.NONE.withIdempotencyKey(function + "/" + number) : PublishOptions.NONE;
        var unused = millrace.publish(function, body, options).whenComplete((id, refused) -> {
            if (refused != null) {
                failure.compareAndSet(null, refused);
            }
        });
    }

    @Override
    public void resume() {
        running = true;
        while (outstanding.get() < load.outstanding()) {
            outstanding.incrementAndGet();
            publish();
        }
    }

    @Override
    public long completed() {
        return completed.get();
    }

    @Override
    public void pause() {
        running = false;
        Waiting.until("the platform to come to rest", () -> outstanding.get() == 0 || failure.get() != null);
        if (failure.get() != null) {
            throw new IllegalStateException("an event of " + function + " was not published", failure.get());
        }
        // Just settled events may still be in the broker's count of the queue.
        Waiting.until("every event published to " + function + " to have succeeded", this::allSucceeded);
    }

    private boolean allSucceeded() {
        FunctionAccount account =
                Waiting.on("the platform's account", millrace.stats()).get(function);
        long events = published.get();
        return account != null && account.accepted() == events && account.succeeded() == events;
    }

    @Override
    public void close() {
        millrace.close();
    }

    private static final class AttemptFailedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        AttemptFailedException() {
            super("one in ten", null, false, false); // The raw lane builds no stack trace either.
        }
    }
}
