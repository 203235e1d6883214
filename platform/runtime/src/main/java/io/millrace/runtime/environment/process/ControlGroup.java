package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The kernel's limits of one environment, of version 1 or 2, whichever controllers its parent group has. Blocking. */
final class ControlGroup {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final Path directory;

    private ControlGroup(Path directory) {
        this.directory = directory;
    }

    static ControlGroup create(Path directory, long memoryBytes, int maximumTasks) throws IOException {
        Files.createDirectory(directory);
        write(directory.resolve("memory.limit_in_bytes"), memoryBytes);
        write(directory.resolve("memory.max"), memoryBytes);
        write(directory.resolve("memory.swap.max"), 0);
        write(directory.resolve("memory.oom.group"), 1);
        write(directory.resolve("pids.max"), maximumTasks);
        return new ControlGroup(directory);
    }

    /** Into which a process writes its id to become part of it. */
    Path members() {
        return directory.resolve("cgroup.procs");
    }

    /**
     * Ends what still runs in it: the kernel ends the processes of a namespace only after the one that was waited for.
     *
     * @throws IOException if something runs on nevertheless, for {@link #PATIENCE}
     */
    void delete() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (Files.exists(directory)) {
            for (String member : Files.readAllLines(members())) {
                ProcessHandle.of(Long.parseLong(member)).ifPresent(ProcessHandle::destroyForcibly);
            }
            try {
                Files.delete(directory);
                return;
            } catch (FileSystemException busy) {
                if (System.nanoTime() - deadline > 0) {
                    throw busy;
                }
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private static void write(Path file, long value) throws IOException {
        if (Files.exists(file)) {
            Files.writeString(file, Long.toString(value));
        }
    }
}
