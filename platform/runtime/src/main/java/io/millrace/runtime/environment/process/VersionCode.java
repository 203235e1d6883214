package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.environment.InvalidHandlerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The unpacked code and layers of one version, shared by its environments and deleted with the last. Thread-safe. */
final class VersionCode {
    private final FunctionDefinition definition;
    private final Path directory;
    private final Set<String> extensions;
    private final Object lock = new Object();
    private int users = 1;

    private VersionCode(FunctionDefinition definition, Path directory, Set<String> extensions) {
        this.definition = definition;
        this.directory = directory;
        this.extensions = extensions;
    }

    /**
     * @param directory new and empty, by its real path
     * @throws InvalidHandlerException if an archive is refused
     */
    static VersionCode unpack(FunctionDefinition definition, HandlerSource.Archive archive, Path directory) {
        boolean complete = false;
        Path current = archive.file();
        try {
            CodeBudget budget = new CodeBudget();
            Unzip.unpack(current, Files.createDirectory(directory.resolve("task")), budget);
            Path opt = Files.createDirectory(directory.resolve("opt"));
            for (Path layer : archive.layers()) {
                current = layer;
                Unzip.unpack(layer, opt, budget);
            }
            VersionCode code = new VersionCode(definition, directory, externalExtensions(opt));
            complete = true;
            return code;
        } catch (IOException e) {
            throw new InvalidHandlerException(
                    "function '" + definition.name() + "': " + current + " cannot be unpacked: " + e.getMessage(), e);
        } finally {
            if (!complete) {
                Directories.delete(directory);
            }
        }
    }

    FunctionDefinition definition() {
        return definition;
    }

    Path task() {
        return directory.resolve("task");
    }

    Path opt() {
        return directory.resolve("opt");
    }

    /** File names in /opt/extensions. */
    Set<String> extensions() {
        return extensions;
    }

    /** @throws IllegalStateException after {@link #release}, when no environment is left */
    void acquire() {
        synchronized (lock) {
            if (users == 0) {
                throw new IllegalStateException("the code of function '" + definition.name() + "' was released");
            }
            users++;
        }
    }

    /** Blocks while it deletes. */
    void release() {
        boolean last;
        synchronized (lock) {
            users--;
            last = users == 0;
        }
        if (last) {
            Directories.delete(directory);
        }
    }

    private static Set<String> externalExtensions(Path opt) throws IOException {
        Path folder = opt.resolve("extensions");
        Set<String> names = new TreeSet<>();
        try (Stream<Path> entries = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            entries.filter(Files::isRegularFile)
                    .forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }
}
