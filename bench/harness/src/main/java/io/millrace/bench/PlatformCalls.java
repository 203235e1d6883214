package io.millrace.bench;

import io.millrace.InvokeResult;
import io.millrace.Millrace;
import io.millrace.function.FunctionHandler;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** Calls through the platform's own front door: {@code invoke}, a fixed number in flight; the handler echoes. */
final class PlatformCalls implements Lane {

    private final Millrace millrace;
    private final String function;
    private final int inFlight;
    private final byte[] body = Load.body();
    private final Recorder latencies = new Recorder(3);
    private final AtomicLong completed = new AtomicLong();
    private final AtomicInteger outstanding = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean running;

    private PlatformCalls(Millrace millrace, String function, int inFlight) {
        this.millrace = millrace;
        this.function = function;
        this.inFlight = inFlight;
    }

    static PlatformCalls start(Path dataDirectory, String brokerUrl, String function, int inFlight) {
        Millrace millrace = Millrace.builder()
                .dataDirectory(dataDirectory)
                .broker(brokerUrl)
                .set("concurrency.requestsPerSecondPerPermit", "0") // The raw lane is not held back either.
                .function(function, (FunctionHandler) (event, context) -> event)
                .start();
        return new PlatformCalls(millrace, function, inFlight);
    }

    private void call() {
        long sentAt = System.nanoTime();
        var unused =
                millrace.invoke(function, body).whenComplete((result, refused) -> answered(sentAt, result, refused));
    }

    private void answered(long sentAt, InvokeResult result, @Nullable Throwable refused) {
        latencies.recordValue(System.nanoTime() - sentAt);
        if (refused != null) {
            failure.compareAndSet(null, refused);
        } else if (!result.isSuccess()) {
            failure.compareAndSet(null, new IllegalStateException("a call ended as " + result));
        }
        completed.incrementAndGet();
        if (running && failure.get() == null) {
            call();
        } else {
            outstanding.decrementAndGet();
        }
    }

    @Override
    public void resume() {
        running = true;
        while (outstanding.get() < inFlight) {
            outstanding.incrementAndGet();
            call();
        }
    }

    @Override
    public long completed() {
        return completed.get();
    }

    @Override
    public void forgetLatencies() {
        latencies.reset();
    }

    @Override
    public double medianMicros() {
        return latencies.getIntervalHistogram().getValueAtPercentile(50) / 1e3;
    }

    @Override
    public void pause() {
        running = false;
        Waiting.until("the last calls to be answered", () -> outstanding.get() == 0);
        if (failure.get() != null) {
            throw new IllegalStateException("a call of " + function + " failed", failure.get());
        }
    }

    @Override
    public void close() {
        millrace.close();
    }
}
