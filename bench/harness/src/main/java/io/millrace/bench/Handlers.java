package io.millrace.bench;

import java.lang.reflect.Method;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The kind of executor that handlers run on: virtual threads where the JVM has them, else a cached pool. */
final class Handlers {
    private Handlers() {}

    static ExecutorService executor() {
        if (Runtime.version().feature() < 21) {
            return Executors.newCachedThreadPool();
        }
        try {
            Method virtual = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
            return (ExecutorService) virtual.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "JVM " + Runtime.version() + " has no virtual threads, expected them from 21 on", e);
        }
    }
}
