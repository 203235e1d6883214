package io.millrace.runtime.shadow;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of copies wait for all shadows together, so that they do not have the broker page what is live. */
final class ShadowBudget {
    static final long MOST_BYTES = 16L << 20;

    private final AtomicLong taken = new AtomicLong();

    /** From any thread. */
    boolean tryTake(long bytes) {
        if (taken.addAndGet(bytes) <= MOST_BYTES) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    /** From any thread. */
    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
