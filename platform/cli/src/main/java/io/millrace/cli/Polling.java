package io.millrace.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Looks again and again. */
final class Polling {
    private Polling() {}

    /**
     * Blocks until {@code end} holds for what was looked at, or {@code patience} is over.
     *
     * @return the last look; fails with what looking fails with
     */
    static <T> T every(Duration pause, Duration patience, Supplier<T> look, Predicate<T> end) {
        CompletableFuture<T> last = new CompletableFuture<>();
        long deadline = System.nanoTime() + patience.toNanos();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Polling::thread);
        try {
            clock.scheduleWithFixedDelay(
                    () -> {
                        try {
                            T seen = look.get();
                            if (end.test(seen) || System.nanoTime() - deadline > 0) {
                                last.complete(seen);
                            }
                        } catch (RuntimeException failed) {
                            last.completeExceptionally(failed);
                        }
                    },
                    0,
                    pause.toMillis(),
                    TimeUnit.MILLISECONDS);
            return last.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException known ? known : failed;
        } finally {
            clock.shutdownNow();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "look");
        thread.setDaemon(true);
        return thread;
    }
}
