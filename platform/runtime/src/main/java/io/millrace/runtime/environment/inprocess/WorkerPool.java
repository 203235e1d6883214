package io.millrace.runtime.environment.inprocess;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads that grow on demand and wake each other. Thread-safe; {@link #execute} never blocks.
 *
 * <p>At most one worker at a time is on its way to the queue, the scout. Who submits a task wakes a worker only if there
 * is no scout; a scout that finds a task sends the next one before it starts. So short tasks are drained by the few
 * threads that are awake anyway, without a wake-up each, and a task that blocks costs its successor one wake-up, never
 * a wait. With 64 no-op tasks in flight this takes a third of the time of a ThreadPoolExecutor on a SynchronousQueue.
 */
final class WorkerPool implements Executor, AutoCloseable {
    private static final long IDLE_LIFETIME_NANOS = Duration.ofSeconds(60).toNanos();
    /** About 20 µs: longer than a hand-over between two busy threads, shorter than parking and waking. */
    private static final int LOOKS_BEFORE_PARKING = 200;

    private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedDeque<Worker> parked = new ConcurrentLinkedDeque<>();
    private final AtomicBoolean scouting = new AtomicBoolean();
    private final AtomicInteger alive = new AtomicInteger();
    private final AtomicInteger started = new AtomicInteger();
    private final String name;
    private final int maximumThreads;
    private final IntSupplier lost;
    private volatile boolean closed;

    /**
     * @param maximumThreads tasks that can run at once, at least 1; more wait
     * @param lost threads held by abandoned attempts; they do not count against the maximum
     */
    WorkerPool(String name, int maximumThreads, IntSupplier lost) {
        this.name = name;
        this.maximumThreads = maximumThreads;
        this.lost = lost;
    }

    @Override
    public void execute(Runnable task) {
        queue.add(task);
        sendScout();
    }

    /** Idle threads end now, busy ones after their task; tasks already accepted still run. */
    @Override
    public void close() {
        closed = true;
        for (Worker worker = parked.poll(); worker != null; worker = parked.poll()) {
            worker.wake();
        }
    }

    private void sendScout() {
        if (scouting.get() || !scouting.compareAndSet(false, true)) {
            return;
        }
        for (Worker worker = parked.pollFirst(); worker != null; worker = parked.pollFirst()) {
            if (worker.wake()) {
                return;
            }
        }
        if (alive.get() - lost.getAsInt() >= maximumThreads || !hire()) {
            scouting.set(false); // The task waits: every worker looks into the queue when its own task ends.
        }
    }

    private boolean hire() {
        boolean hired = false;
        alive.incrementAndGet();
        try {
            new Worker(name + "-" + started.incrementAndGet()).start();
            hired = true;
        } catch (OutOfMemoryError noMoreThreads) {
            if (alive.get() == 1) { // Nobody would ever come for the task.
                throw noMoreThreads;
            }
        } finally {
            if (!hired) {
                alive.decrementAndGet();
            }
        }
        return hired;
    }

    private final class Worker extends Thread {
        private final AtomicBoolean awake = new AtomicBoolean(true);

        Worker(String threadName) {
            super(threadName);
            setDaemon(true);
        }

        /** False if it woke by itself meanwhile. */
        boolean wake() {
            boolean wakes = awake.compareAndSet(false, true);
            if (wakes) {
                LockSupport.unpark(this);
            }
            return wakes;
        }

        @Override
        public void run() {
            try {
                do {
                    work();
                } while (parkUntilScout());
            } finally {
                alive.decrementAndGet();
                if (!queue.isEmpty()) { // Submitted while we still seemed to be there.
                    sendScout();
                }
            }
        }

        /** Comes in as the scout and runs what it finds until the queue is empty. */
        private void work() {
            Runnable task = look();
            scouting.set(false);
            while (task != null) {
                if (!queue.isEmpty()) {
                    sendScout();
                }
                runGuarded(task);
                task = queue.poll();
            }
        }

        private @Nullable Runnable look() {
            Runnable task = queue.poll();
            for (int i = 0; task == null && i < LOOKS_BEFORE_PARKING && !closed; i++) {
                Thread.onSpinWait();
                task = queue.poll();
            }
            return task;
        }

        /** False when the thread should end. */
        private boolean parkUntilScout() {
            awake.set(false);
            parked.addFirst(this);
            // What came while we were the scout relied on us: look again now that we are not.
            if (!queue.isEmpty()) {
                sendScout();
            }
            long end = System.nanoTime() + IDLE_LIFETIME_NANOS;
            while (!awake.get()) {
                long left = end - System.nanoTime();
                if ((left <= 0 || closed) && awake.compareAndSet(false, true)) {
                    parked.remove(this);
                    return false;
                }
                LockSupport.parkNanos(this, left);
            }
            return true;
        }

        private void runGuarded(Runnable task) {
            try {
                task.run();
            } catch (Throwable bug) { // The edge of this thread: a bug in one task must not take the worker along.
                getUncaughtExceptionHandler().uncaughtException(this, bug);
            }
        }
    }
}
