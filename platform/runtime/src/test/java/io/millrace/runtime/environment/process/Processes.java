package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Looks at the processes of this machine. */
final class Processes {
    private Processes() {}

    /** Those that have {@code word} in their command line, this JVM not among them. */
    static List<String> with(String word) {
        List<String> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            for (Path entry : entries.filter(
                            path -> path.getFileName().toString().matches("\\d+"))
                    .toList()) {
                String command = commandLine(entry);
                boolean isThis = entry.getFileName()
                        .toString()
                        .equals("" + ProcessHandle.current().pid());
                if (command.contains(word) && !isThis) {
                    found.add(entry.getFileName() + " " + command);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String commandLine(Path process) {
        try {
            return new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8)
                    .replace('\0', ' ');
        } catch (IOException goneMeanwhile) {
            return "";
        }
    }
}
