package io.millrace.bench;

import io.millrace.Millrace;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asynchronous invocations, one event each, that wait in their function's own queue while its permits are taken by
 * handlers that wait too.
 */
final class PlatformBacklog implements BacklogLane {
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Millrace millrace;
    private final String function;
    private final AtomicLong completed;
    private final Gate gate;
    private long published;

    private PlatformBacklog(Millrace millrace, String function, AtomicLong completed, Gate gate) {
        this.millrace = millrace;
        this.function = function;
        this.completed = completed;
        this.gate = gate;
    }

    /** What handlers wait at while it is closed. */
    private static final class Gate {
        private volatile CountDownLatch latch = new CountDownLatch(1);
    }

    static PlatformBacklog start(Surroundings on) {
        String function = on.nextFunction();
        AtomicLong completed = new AtomicLong();
        Gate gate = new Gate();
        Millrace millrace = Millrace.builder()
                .dataDirectory(on.directory().resolve(function))
                .broker(on.brokerUrl())
                .function(
                        function,
                        (FunctionHandler) (event, context) -> {
                            gate.latch.await();
                            completed.incrementAndGet();
                            return event;
                        },
                        definition -> definition
                                .withTimeout(LONGEST)
                                .withReservedConcurrency(OptionalInt.of(Load.EVENTS.slots())))
                .start();
        return new PlatformBacklog(millrace, function, completed, gate);
    }

    @Override
    public void fill(int events) {
        Publishing.publish(millrace, function, events);
        published += events;
    }

    @Override
    public void resume() {
        gate.latch.countDown();
    }

    @Override
    public long completed() {
        return completed.get();
    }

    @Override
    public void pause() {
        Waiting.until("every event published to " + function + " to have succeeded", () -> {
            FunctionAccount account =
                    Waiting.on("the platform's account", millrace.stats()).get(function);
            return account != null && account.succeeded() == published;
        });
        gate.latch = new CountDownLatch(1);
    }

    @Override
    public void close() {
        millrace.close();
    }
}
