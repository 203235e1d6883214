package io.millrace.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Looks again and again, for a person who watches. */
final class Polling {
    private Polling() {}

    /**
     * Blocks until {@code end} holds for what was looked at, {@code patience} is over, or the thread is interrupted.
     *
     * @return the last look
     */
    static <T> T every(Duration pause, Duration patience, Supplier<T> look, Predicate<T> end) {
        long deadline = System.nanoTime() + patience.toNanos();
        T seen = look.get();
        while (!end.test(seen)
                && System.nanoTime() - deadline < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(pause.toNanos());
            seen = look.get();
        }
        return seen;
    }
}
