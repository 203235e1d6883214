package io.millrace.runtime.environment.inprocess;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntSupplier;

/**
 * The threads that handlers run on, and the one class that asks whether this JVM has virtual threads. Thread-safe; no
 * method blocks.
 *
 * <p>Virtual threads are not preempted: a handler that computes, or on JDK 21 to 23 waits inside {@code synchronized},
 * holds a carrier, and as many such handlers as there are cores would hold up everybody. Therefore work that no virtual
 * thread has taken up after a while is given to a platform thread as well ({@link #rescue}).
 */
final class BlockingWork implements AutoCloseable {
    private final WorkerPool platformThreads;
    private final Optional<ExecutorService> virtualThreads;

    /**
     * @param maximumThreads tasks that can run at once on platform threads, at least 1
     * @param lost threads held by abandoned attempts; they do not count against the maximum
     */
    BlockingWork(int maximumThreads, IntSupplier lost) {
        platformThreads = new WorkerPool("function", maximumThreads, lost);
        virtualThreads = hasVirtualThreads() ? Optional.of(virtualThreads()) : Optional.empty();
    }

    void execute(Runnable task) {
        if (virtualThreads.isEmpty()) {
            platformThreads.execute(task);
            return;
        }
        try {
            virtualThreads.get().execute(task);
        } catch (RejectedExecutionException closedMeanwhile) { // What was promised before the close still runs.
            platformThreads.execute(task);
        }
    }

    /** Runs a task that {@link #execute} took but that has not started; the task must refuse to run a second time. */
    void rescue(Runnable task) {
        if (virtualThreads.isPresent()) {
            platformThreads.execute(task);
        }
    }

    @Override
    public void close() {
        virtualThreads.ifPresent(ExecutorService::shutdown);
        platformThreads.close();
    }

    private static boolean hasVirtualThreads() {
        return Runtime.version().feature() >= 21;
    }

    private static ExecutorService virtualThreads() {
        try { // By name, because we compile for JDK 17.
            return (ExecutorService) MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(ExecutorService.class))
                    .invokeExact();
        } catch (Throwable impossible) {
            throw new LinkageError("JDK " + Runtime.version() + " has no virtual threads", impossible);
        }
    }
}
