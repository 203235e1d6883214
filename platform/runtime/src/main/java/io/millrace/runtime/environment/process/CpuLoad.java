package io.millrace.runtime.environment.process;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Whether this machine's cores are busy. Looks at most five times a second. Thread-safe. */
final class CpuLoad {
    private static final long INTERVAL_NANOS = 200_000_000;
    /** Of all cores; what is left is noise. */
    private static final double EXHAUSTED = 0.85;

    private final OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private long lookedNanos = System.nanoTime() - INTERVAL_NANOS;
    private boolean exhausted;

    /** False where the machine does not tell. */
    synchronized boolean isExhausted() {
        long now = System.nanoTime();
        if (now - lookedNanos >= INTERVAL_NANOS) {
            lookedNanos = now;
            exhausted = machine.getCpuLoad() > EXHAUSTED;
        }
        return exhausted;
    }
}
