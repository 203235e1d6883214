package io.millrace.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Lets time pass: a measured window is made of nothing else. */
final class Pause {
    private Pause() {}

    static void of(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
