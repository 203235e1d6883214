package io.millrace.testkit;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Looks again and again until something is there, or the time is over. Blocking. */
record Patience(Duration limit) {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** @throws AssertionError with the text of {@code complaint} when the time is over */
    <T> T await(Supplier<Optional<T>> look, Supplier<String> complaint) {
        long start = System.nanoTime();
        Optional<T> found = look.get();
        while (found.isEmpty()) {
            if (System.nanoTime() - start > limit.toNanos()
                    || Thread.currentThread().isInterrupted()) {
                throw new AssertionError(complaint.get());
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            found = look.get();
        }
        return found.get();
    }

    String inWords() {
        return "within " + limit.toMillis() / 1000.0 + " s";
    }
}
