package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of the packaged jar, as its users start it. See {@link CliCall} for a command without a process. */
final class CliProcess implements AutoCloseable {
    /** Far more than is needed: other builds may run on the same cores. */
    static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Process process;
    private final Path out;
    private final Path err;

    private CliProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static CliProcess start(Object... arguments) {
        return start(Map.of(), arguments);
    }

    /** @param environment more of it; keys of the one who runs the tests are none of a command's */
    private static CliProcess start(Map<String, String> environment, Object... arguments) {
        return start(Launcher.commandLine(), environment, arguments);
    }

    private static CliProcess start(List<String> command, Map<String, String> environment, Object... arguments) {
        try {
            Path out = Files.createTempFile("millrace", ".out");
            Path err = Files.createTempFile("millrace", ".err");
            out.toFile().deleteOnExit();
            err.toFile().deleteOnExit();
            for (Object argument : arguments) {
                command.add(argument.toString());
            }
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            return new CliProcess(process, out, err);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A server on free ports, ready, whose functions may take a minute unless they say otherwise. */
    static CliProcess server(Path data, String... more) {
        return server(Launcher.commandLine(), data, more);
    }

    /** The same with little memory. */
    static CliProcess server(int heapMegabytes, Path data, String... more) {
        return server(Launcher.commandLine(heapMegabytes), data, more);
    }

    private static CliProcess server(List<String> command, Path data, String... more) {
        List<Object> arguments =
                new ArrayList<>(List.of("server", "--data", data, "--http", "127.0.0.1:0", "--amqp", "0"));
        // Three seconds are short for a process of a function on a machine that builds other things too.
        arguments.addAll(List.of("--set", "function.timeout=PT1M"));
        arguments.addAll(List.of(more));
        CliProcess server = start(command, Map.of(), arguments.toArray());
        try {
            server.awaitOutput("(?m)^ready.*$");
            return server;
        } catch (RuntimeException | AssertionError failed) {
            server.close();
            throw failed;
        }
    }

    /** Runs a command to its end. */
    static CliProcess run(Object... arguments) {
        CliProcess command = start(arguments);
        command.exitCode();
        return command;
    }

    /** Runs a command to its end, with more in its environment. */
    static CliProcess runWith(Map<String, String> environment, Object... arguments) {
        CliProcess command = start(environment, arguments);
        command.exitCode();
        return command;
    }

    void awaitOutput(String regex) {
        Pattern pattern = Pattern.compile(regex);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> pattern.matcher(out()).find() || !process.isAlive());
        assertThat(out()).as("stdout; stderr is: %s", err()).containsPattern(pattern);
    }

    void awaitError(String regex) {
        Pattern pattern = Pattern.compile(regex);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> pattern.matcher(err()).find() || !process.isAlive());
        assertThat(err()).containsPattern(pattern);
    }

    /** What a server said of where it listens. */
    String listens(String name) {
        Matcher line = Pattern.compile("(?m)^ +" + name + " +(\\S+)$").matcher(out());
        return Optional.of(line)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .orElseThrow(() -> new AssertionError("no " + name + " in " + out()));
    }

    int exitCode() {
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("ends in time; stdout: %s stderr: %s", out(), err())
                    .isTrue();
            return process.exitValue();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    long pid() {
        return process.pid();
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        exitCode();
    }

    String out() {
        return read(out);
    }

    /** But for what {@link StandardError} leaves out. */
    String err() {
        return StandardError.withoutStalls(read(err));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
