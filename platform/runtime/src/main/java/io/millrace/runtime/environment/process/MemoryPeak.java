package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The most memory that a runtime had so far, as the kernel counts it. Looked at once a second at most, since a look
 * takes some files of the kernel's; they are in memory, so an event loop may do it. Not thread-safe.
 */
final class MemoryPeak {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String PEAK = "VmHWM:";
    private static final long KILOBYTES_PER_MEGABYTE = 1024;
    /** The wrappers that isolate a runtime are fewer. */
    private static final int DEEPEST = 8;

    private final Supplier<OptionalLong> outermost;
    private OptionalLong seen = OptionalLong.empty();
    private long lookedAt;

    /** @param outermost id of the process that leads to the runtime, by its wrappers; empty where there is none */
    MemoryPeak(Supplier<OptionalLong> outermost) {
        this.outermost = outermost;
    }

    /** In MB, rounded up; empty where the machine does not tell. */
    OptionalLong megabytes() {
        long now = System.nanoTime();
        if (seen.isEmpty() || now - lookedAt > LOOK_NANOS) {
            lookedAt = now;
            OptionalLong process = outermost.get();
            seen = process.isPresent() ? look(process.getAsLong()) : OptionalLong.empty();
        }
        return seen;
    }

    /** The wrappers are small, so the largest of the chain is the runtime, or a child of it that is larger still. */
    private static OptionalLong look(long first) {
        try {
            long kilobytes = 0;
            String process = Long.toString(first);
            for (int depth = 0; depth < DEEPEST && !process.isEmpty(); depth++) {
                Path directory = Path.of("/proc", process);
                kilobytes = Math.max(kilobytes, peak(directory));
                String children = Files.readString(directory.resolve("task/" + process + "/children"));
                process = children.split(" ", -1)[0].strip();
            }
            return OptionalLong.of((kilobytes + KILOBYTES_PER_MEGABYTE - 1) / KILOBYTES_PER_MEGABYTE);
        } catch (IOException unknown) {
            return OptionalLong.empty(); // It has just ended, or this kernel tells nothing of the kind.
        }
    }

    private static long peak(Path process) throws IOException {
        return Files.readAllLines(process.resolve("status")).stream()
                .filter(line -> line.startsWith(PEAK))
                .map(line -> line.substring(PEAK.length()).replace("kB", "").strip())
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }
}
