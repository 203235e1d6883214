package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts processes on the level of isolation that is in force, and ends them with all they started. Thread-safe. */
final class Launcher {
    /** The limits of a control group must hold before the first instruction of the function does. */
    private static final String JOIN_GROUP = "echo $$ >\"$0\" && exec \"$@\"";

    private final Isolation isolation;
    private final Path kill;
    private final Path shell;

    Launcher(Isolation isolation, Tools tools) {
        this.isolation = isolation;
        this.kill = tools.find("kill").orElse(Path.of("/bin/kill"));
        this.shell = tools.find("sh").orElse(Path.of("/bin/sh"));
    }

    Isolation isolation() {
        return isolation;
    }

    /** @param variables all that it sees; nothing of the server's environment is added */
    ProcessBuilder prepare(
            Layout real,
            List<Path> extra,
            Limits limits,
            Optional<ControlGroup> group,
            List<String> command,
            Map<String, String> variables) {
        List<String> words = new ArrayList<>();
        group.ifPresent(joined -> words.addAll(
                List.of(shell.toString(), "-c", JOIN_GROUP, joined.members().toString())));
        words.addAll(isolation.wrap(real, extra, limits, command));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().clear();
        builder.environment().putAll(variables);
        builder.redirectErrorStream(true);
        if (isolation.level() != IsolationLevel.SANDBOX) {
            builder.directory(real.task().toFile());
        }
        if (!isolation.watchesInput()) {
            builder.redirectInput(Path.of("/dev/null").toFile());
        }
        return builder;
    }

    /** Ends a process, its group, and, where the kernel does not see to it, what left the group. */
    void kill(Process process, String cookie) {
        if (isolation.endsStrays()) {
            process.destroyForcibly();
            return;
        }
        List<ProcessHandle> children = process.descendants().toList();
        signalGroup(process.pid());
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        killStrays(cookie);
    }

    private void signalGroup(long group) {
        try {
            Process signal = new ProcessBuilder(kill.toString(), "-KILL", "--", "-" + group)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            signal.waitFor(); // A group that is gone already is as good as one that was killed.
        } catch (IOException e) {
            throw new UncheckedIOException("process group " + group + " cannot be ended with " + kill, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void killStrays(String cookie) {
        byte[] wanted = cookie.getBytes(StandardCharsets.UTF_8);
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path directory : processes) {
                if (holds(directory.resolve("environ"), wanted)) {
                    long pid = Long.parseLong(directory.getFileName().toString());
                    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the processes of this machine cannot be listed", e);
        }
    }

    private static boolean holds(Path environ, byte[] cookie) {
        try {
            String variables = "\0" + Files.readString(environ, StandardCharsets.ISO_8859_1);
            return variables.contains("\0" + new String(cookie, StandardCharsets.ISO_8859_1) + "\0");
        } catch (IOException goneOrNotOurs) {
            return false;
        }
    }
}
