package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** How a function is held to its memory. Thread-safe. */
final class MemoryLimit {
    private static final long MEGABYTE = 1 << 20;
    /** What an interpreter maps privately before it runs anything, thread stacks included, and then some. */
    private static final long ALLOWANCE_MEGABYTES = 256;
    /** Processes and threads of one environment (lambda-semantics 5.2). */
    private static final int MAXIMUM_TASKS = 1024;

    private final Optional<Path> parent;
    private final boolean limitsMemory;

    private MemoryLimit(Optional<Path> parent, boolean limitsMemory) {
        this.parent = parent;
        this.limitsMemory = limitsMemory;
    }

    /**
     * Tries the control group by making a group in it.
     *
     * @throws IllegalStateException if a group is configured and cannot be used
     */
    static MemoryLimit of(Optional<Path> controlGroup) {
        if (controlGroup.isEmpty()) {
            return new MemoryLimit(Optional.empty(), false);
        }
        Path trial = controlGroup.get().resolve("millrace-trial-" + UUID.randomUUID());
        try {
            Files.createDirectory(trial);
            boolean memory =
                    Files.exists(trial.resolve("memory.max")) || Files.exists(trial.resolve("memory.limit_in_bytes"));
            boolean tasks = Files.exists(trial.resolve("pids.max"));
            Files.delete(trial);
            if (!memory && !tasks) {
                throw new IllegalStateException("environment.controlGroup is " + controlGroup.get()
                        + ", expected a group whose children have a memory or pids controller");
            }
            return new MemoryLimit(controlGroup, memory);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "environment.controlGroup is " + controlGroup.get()
                            + ", expected a group that this server may make groups in: " + e.getMessage(),
                    e);
        }
    }

    /** For the log at start. */
    String inForce() {
        return limitsMemory
                ? "control group " + parent.orElseThrow()
                : "-Xmx for Java; for others private memory of each process, " + ALLOWANCE_MEGABYTES
                        + " MB above the function's";
    }

    /** The JVM maps far more than it uses; -Xmx holds it. */
    OptionalLong dataBytes(FunctionDefinition definition) {
        if (limitsMemory || definition.runtime().startsWith("java")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of((definition.memorySizeMegabytes() + ALLOWANCE_MEGABYTES) * MEGABYTE);
    }

    /** A group for one environment; empty where none is configured. Blocking. */
    Optional<ControlGroup> group(FunctionDefinition definition) {
        return parent.map(folder -> {
            try {
                return ControlGroup.create(
                        folder.resolve("millrace-" + UUID.randomUUID()),
                        definition.memorySizeMegabytes() * MEGABYTE,
                        MAXIMUM_TASKS);
            } catch (IOException e) {
                throw new UncheckedIOException("no control group could be made in " + folder, e);
            }
        });
    }
}
