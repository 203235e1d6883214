package io.millrace.runtime.dispatch;

import io.millrace.core.function.FunctionName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Has a function's invocations without their key told once a minute. Thread-safe. */
final class MissingKeys {
    private static final long TOLD_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanos;
    private final Map<FunctionName, Long> told = new ConcurrentHashMap<>();

    /** @param nanos as {@link System#nanoTime} */
    MissingKeys(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** True for one of those who ask within a minute. */
    boolean isToBeTold(FunctionName function) {
        long now = nanos.getAsLong();
        Long last = told.get(function);
        if (last == null) {
            return told.putIfAbsent(function, now) == null;
        }
        return now - last >= TOLD_EVERY_NANOS && told.replace(function, last, now);
    }
}
