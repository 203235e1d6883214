package io.millrace.runtime.metrics;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers within a second: with what was answered last where it takes longer, which goes on, and is asked no second time
 * meanwhile. Thread-safe; never blocks.
 */
final class LatestAnswer<T> {
    private static final long PATIENCE_MILLIS = 1_000;
    /** Then it is asked again. */
    private static final long LONGEST_MILLIS = 180_000;

    private final Supplier<Future<T>> question;
    private T latest;
    private @Nullable Future<T> asked;

    LatestAnswer(Supplier<Future<T>> question, T first) {
        this.question = question;
        this.latest = first;
    }

    Future<T> now() {
        return ask().timeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).otherwise(late -> latest());
    }

    private synchronized Future<T> ask() {
        if (asked == null || asked.isComplete()) {
            asked = question.get()
                    .timeout(LONGEST_MILLIS, TimeUnit.MILLISECONDS)
                    .onSuccess(this::answered);
        }
        return asked;
    }

    private synchronized void answered(T answer) {
        latest = answer;
    }

    private synchronized T latest() {
        return latest;
    }
}
