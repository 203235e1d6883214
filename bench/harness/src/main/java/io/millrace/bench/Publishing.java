package io.millrace.bench;

import io.millrace.Millrace;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Publishes many events and waits until the broker has confirmed every one. */
final class Publishing {
    private static final int UNANSWERED = 4_096;

    private Publishing() {}

    /** @throws IllegalStateException if one was refused */
    static void publish(Millrace millrace, String function, int events) {
        byte[] body = Load.body();
        Semaphore unanswered = new Semaphore(UNANSWERED);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < events; i++) {
            unanswered.acquireUninterruptibly();
            var unused = millrace.publish(function, body).whenComplete((id, refused) -> {
                if (refused != null) {
                    failure.compareAndSet(null, refused);
                }
                unanswered.release();
            });
        }
        unanswered.acquireUninterruptibly(UNANSWERED);
        if (failure.get() != null) {
            throw new IllegalStateException("an event of " + function + " was not published", failure.get());
        }
    }
}
