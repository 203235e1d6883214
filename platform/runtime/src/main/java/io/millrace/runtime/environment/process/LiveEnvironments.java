package io.millrace.runtime.environment.process;

import io.millrace.runtime.environment.EnvironmentState;
import io.millrace.runtime.environment.ShutdownReason;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The environments that hold a port, a directory or a process. Thread-safe. */
final class LiveEnvironments {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<ProcessEnvironment> live = new HashSet<>();
    private volatile Runnable whenRoom = () -> {};

    /** @param listener called on any thread when one has ended or is initialised */
    void onRoom(Runnable listener) {
        whenRoom = listener;
    }

    void add(ProcessEnvironment environment) {
        lock.lock();
        try {
            live.add(environment);
        } finally {
            lock.unlock();
        }
    }

    void remove(ProcessEnvironment environment) {
        lock.lock();
        try {
            live.remove(environment);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        whenRoom.run();
    }

    void initialised() {
        whenRoom.run();
    }

    /** Those that are being initialised. */
    int starting() {
        lock.lock();
        try {
            return (int) live.stream()
                    .filter(environment -> environment.state() == EnvironmentState.INIT)
                    .count();
        } finally {
            lock.unlock();
        }
    }

    int count() {
        lock.lock();
        try {
            return live.size();
        } finally {
            lock.unlock();
        }
    }

    void shutdownAll() {
        lock.lock();
        try {
            live.forEach(environment -> environment.shutdown(ShutdownReason.SPINDOWN));
        } finally {
            lock.unlock();
        }
    }

    /** Blocks until there are none, at most so long. */
    void awaitNone(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (!live.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
