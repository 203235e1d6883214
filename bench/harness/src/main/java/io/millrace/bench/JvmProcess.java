package io.millrace.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A child JVM of the same Java that answers each line on its standard input with one line on its standard output.
 *
 * <p>It ends when its standard input does, so it never outlives the harness.
 */
final class JvmProcess implements AutoCloseable {

    private static final int HEAP_MEGABYTES = 2_048;
    private static final int SECONDS_TO_END = 20;

    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;

    private JvmProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    }

    /** Starts it; standard error goes to the file {@code <name>.log} in the directory. */
    static JvmProcess start(String name, Path directory, String classPath, String mainClass, List<String> arguments) {
        return start(name, directory, classPath, mainClass, arguments, HEAP_MEGABYTES);
    }

    /** As the other, with a heap of so many megabytes. */
    static JvmProcess start(
            String name,
            Path directory,
            String classPath,
            String mainClass,
            List<String> arguments,
            int heapMegabytes) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heapMegabytes + "m");
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of(
                    "-Dio.netty.noUnsafe=false",
                    "--sun-misc-unsafe-memory-access=allow",
                    "--enable-native-access=ALL-UNNAMED"));
        }
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(directory.resolve(name + ".log").toFile())
                    .start();
            return new JvmProcess(name, process);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name + " with " + command, e);
        }
    }

    String ask(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " does not take '" + command + "'", e);
        }
        return answer();
    }

    String answer() {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException(name + " ended without an answer; see " + name + ".log");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read", e);
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        try {
            commands.close();
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be told to end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
