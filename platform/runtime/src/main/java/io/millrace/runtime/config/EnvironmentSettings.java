package io.millrace.runtime.config;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How execution environments live.
 *
 * @param javaInProcess whether uploaded Java code runs in the server's JVM
 * @param maximumProcesses environments in processes that may live at once
 * @param minimumIsolation name of a level, in lower case
 * @param suspectTimeAlone of an event that ran when the server was lost
 */
public record EnvironmentSettings(
        boolean javaInProcess,
        Duration idleLifetime,
        Duration maximumAge,
        int maximumProcesses,
        String minimumIsolation,
        Duration suspectTimeAlone,
        Optional<Path> controlGroup,
        Optional<Path> pythonClient,
        Optional<Path> nodeClient) {
    private static final long BYTES_PER_PROCESS = 128L << 20;
    private static final int AT_LEAST = 16;

    /** What three quarters of the machine's memory carry, with a function's default memory size. */
    static int processesByMemory() {
        OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long fitting = machine.getTotalMemorySize() / 4 * 3 / BYTES_PER_PROCESS;
        return (int) Math.max(AT_LEAST, Math.min(fitting, 1_000_000));
    }
}
