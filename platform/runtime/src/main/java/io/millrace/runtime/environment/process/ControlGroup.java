package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel's limits of one environment, of version 1 or 2, whichever controllers its parent group has. Blocking. */
final class ControlGroup {
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

    /** Once nothing runs in it. */
    void delete() throws IOException {
        Files.deleteIfExists(directory);
    }

    private static void write(Path file, long value) throws IOException {
        if (Files.exists(file)) {
            Files.writeString(file, Long.toString(value));
        }
    }
}
