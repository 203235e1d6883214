package io.millrace.runtime.mapping;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ends the threads of a poller where they wait: first they take nothing new and let a batch that runs end, then they
 * leave that too. No thread is interrupted, as not every source survives that. Thread-safe.
 */
final class StopSignal {
    private final CompletableFuture<Void> stopping = new CompletableFuture<>();
    private final CompletableFuture<Void> abandoned = new CompletableFuture<>();
    private final List<Runnable> onStop = new CopyOnWriteArrayList<>();

    /** A thread shall end. What it had not settled will be read again. */
    static final class Stopped extends Exception {
        private static final long serialVersionUID = 1;

        Stopped() {
            super("the poller stops", null, false, false);
        }
    }

    void stop() {
        if (stopping.complete(null)) {
            onStop.forEach(Runnable::run);
        }
    }

    void abandon() {
        stop();
        abandoned.complete(null);
    }

    boolean isStopping() {
        return stopping.isDone();
    }

    boolean isAbandoned() {
        return abandoned.isDone();
    }

    /** @param action run once, at the stop; must not block; given before it */
    void onStop(Runnable action) {
        onStop.add(action);
    }

    void requireRunning() throws Stopped {
        if (isStopping()) {
            throw new Stopped();
        }
    }

    /** Blocks for so long, or until the stop. */
    void pause(Duration pause) throws Stopped {
        try {
            stopping.get(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException over) {
            return;
        } catch (InterruptedException | ExecutionException nobodyDoesThat) {
            throw new IllegalStateException("a pause was neither over nor stopped", nobodyDoesThat);
        }
        throw new Stopped();
    }

    /**
     * Blocks until it is known, also after a stop.
     *
     * @throws ExecutionException with the future's failure
     * @throws Stopped if it is abandoned meanwhile
     */
    <T> T await(CompletableFuture<T> answer) throws Stopped, ExecutionException {
        try {
            CompletableFuture.anyOf(answer, abandoned).get();
        } catch (InterruptedException nobodyDoesThat) {
            throw new IllegalStateException("the thread of a poller was interrupted", nobodyDoesThat);
        }
        if (!answer.isDone()) {
            throw new Stopped();
        }
        return answer.join();
    }
}
