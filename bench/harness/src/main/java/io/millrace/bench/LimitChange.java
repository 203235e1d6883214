package io.millrace.bench;

import io.millrace.Millrace;
import io.millrace.function.FunctionHandler;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.DoubleStream;

/** How soon a function with a deep backlog runs with a higher reservation, and with a lower one. */
final class LimitChange {
    static final String NAME = "limit-change";

    private static final int LOW = 10;
    private static final int HIGH = 200;
    private static final int BACKLOG = 20_000;
    private static final long SLEEP_MILLIS = 1_000;
    private static final Duration LONGEST = Duration.ofMinutes(10);
    /** More than once as long as a handler sleeps: no surplus may start meanwhile. */
    private static final Duration WATCH = Duration.ofMillis(2 * SLEEP_MILLIS);

    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger asleep = new AtomicInteger();
    private final AtomicInteger completed = new AtomicInteger();
    private final AtomicLong lastSurplusStart = new AtomicLong();

    private LimitChange() {}

    static String run(Surroundings on, Pairing pairing) {
        LimitChange change = new LimitChange();
        String function = on.nextFunction();
        try (Millrace millrace = Millrace.builder()
                .dataDirectory(on.directory().resolve(function))
                .broker(on.brokerUrl())
                .function(function, (FunctionHandler) (event, context) -> change.sleep(event), definition -> definition
                        .withTimeout(LONGEST)
                        .withReservedConcurrency(OptionalInt.of(LOW)))
                .start()) {
            return change.measure(millrace, function, pairing.pairs());
        }
    }

    private byte[] sleep(byte[] event) throws InterruptedException {
        if (asleep.incrementAndGet() > LOW) {
            lastSurplusStart.set(System.nanoTime());
        }
        boolean unused = over.await(SLEEP_MILLIS, TimeUnit.MILLISECONDS);
        asleep.decrementAndGet();
        completed.incrementAndGet();
        return event;
    }

    private String measure(Millrace millrace, String function, int times) {
        Publishing.publish(millrace, function, BACKLOG);
        double[] raised = new double[times];
        double[] surplus = new double[times];
        double[] lowered = new double[times];
        for (int i = 0; i < times; i++) {
            Waiting.until(LOW + " handlers to run", () -> asleep.get() == LOW);
            millrace.reserve(function, OptionalInt.of(HIGH));
            raised[i] = millisUntil(System.nanoTime(), HIGH);
            millrace.reserve(function, OptionalInt.of(LOW));
            long changedAt = System.nanoTime();
            lowered[i] = millisUntil(changedAt, LOW);
            Pause.of(WATCH);
            surplus[i] = Math.max(0, lastSurplusStart.get() - changedAt) / 1e6;
        }
        int left = BACKLOG - completed.get();
        if (left <= HIGH) {
            throw new IllegalStateException("the backlog was nearly empty in the end: " + left + " events");
        }
        over.countDown();
        Waiting.until("the rest of the backlog to end", () -> completed.get() == BACKLOG);
        return Measured.line(NAME + "-raised", Spread.of(DoubleStream.of(raised)), "ms")
                + Measured.line(NAME + "-lowered-last-surplus-start", Spread.of(DoubleStream.of(surplus)), "ms")
                + Measured.line(NAME + "-lowered", Spread.of(DoubleStream.of(lowered)), "ms");
    }

    private double millisUntil(long changedAt, int running) {
        boolean up = running == HIGH;
        Waiting.until(running + " handlers to run", () -> up ? asleep.get() >= running : asleep.get() <= running);
        return (System.nanoTime() - changedAt) / 1e6;
    }
}
