package io.millrace.bench;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;

/**
 * The executor the platform's handlers run on, for the raw lanes: virtual threads where the JVM has them, else the
 * platform's own pool. A pool of the JDK in its place would make the raw lanes slower and the ratios kinder.
 */
final class Handlers {
    private static final String POOL = "io.millrace.runtime.environment.inprocess.WorkerPool";
    private static final int THREADS = 1_000;

    private Handlers() {}

    /** Both an executor and something to close. */
    static Executor executor() {
        try {
            if (Runtime.version().feature() < 21) {
                // By name, because it is nobody's business outside of its package.
                Constructor<?> pool =
                        Class.forName(POOL).getDeclaredConstructor(String.class, int.class, IntSupplier.class);
                pool.setAccessible(true);
                IntSupplier noneLost = () -> 0;
                return (Executor) pool.newInstance("raw", THREADS, noneLost);
            }
            Method virtual = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
            return (Executor) virtual.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("JVM " + Runtime.version() + " has not the executor of handlers", e);
        }
    }

    static void close(Executor executor) {
        try {
            ((AutoCloseable) executor).close();
        } catch (Exception e) { // what AutoCloseable declares
            throw new IllegalStateException("the executor of handlers did not close", e);
        }
    }
}
