package io.millrace.runtime.environment.process;

import io.millrace.runtime.environment.InvalidHandlerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The programs that run functions: those of this machine, found once and called by their full path. Thread-safe. */
final class Interpreters {
    private static final int ASK_SECONDS = 20;

    private final Tools tools;
    private final Map<Path, Path> real = new ConcurrentHashMap<>();

    Interpreters(Tools tools) {
        this.tools = tools;
    }

    /**
     * {@code JAVA_HOME} first, then the PATH, then the JVM that the server runs in.
     *
     * @throws InvalidHandlerException if there is none
     */
    Interpreter java(String runtime) {
        String home = System.getenv("JAVA_HOME");
        Optional<Path> found = Optional.ofNullable(home)
                .flatMap(Interpreters::javaIn)
                .or(() -> tools.find("java"))
                .or(() -> javaIn(System.getProperty("java.home")));
        return new Interpreter(real(found.orElseThrow(() -> missing(
                runtime, "java", "JAVA_HOME (" + (home == null ? "not set" : home) + ") and " + tools.searched()))));
    }

    /**
     * The one of this very version where there is one, such as python3.12.
     *
     * @throws InvalidHandlerException if there is none
     */
    Interpreter python(String runtime) {
        Path found = tools.find(runtime)
                .or(() -> tools.find("python3"))
                .orElseThrow(() -> missing(runtime, "python3", tools.searched().toString()));
        return new Interpreter(ask(found, List.of("-c", "import sys; print(sys.executable)")));
    }

    /** @throws InvalidHandlerException if there is none */
    Interpreter node(String runtime) {
        Path found = tools.find("node")
                .orElseThrow(() -> missing(runtime, "node", tools.searched().toString()));
        return new Interpreter(ask(found, List.of("-p", "process.execPath")));
    }

    private static Optional<Path> javaIn(@Nullable String home) {
        return Optional.ofNullable(home)
                .map(folder -> Path.of(folder, "bin", "java"))
                .filter(Files::isExecutable);
    }

    /** What is on the PATH may be a script of a version manager, which would need the server's environment. */
    private Path ask(Path program, List<String> question) {
        return real.computeIfAbsent(program, asked -> {
            try {
                Process process = new ProcessBuilder(asked.toString(), question.get(0), question.get(1))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                process.waitFor(ASK_SECONDS, TimeUnit.SECONDS);
                Path own = Path.of(answer);
                return own.isAbsolute() && Files.isExecutable(own) ? own : asked;
            } catch (IOException e) {
                throw new InvalidHandlerException(asked + " cannot be started: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InvalidHandlerException(asked + ": interrupted while it was asked for its place", e);
            }
        });
    }

    private static Path real(Path program) {
        try {
            return program.toRealPath();
        } catch (IOException e) {
            throw new InvalidHandlerException(program + " cannot be resolved: " + e.getMessage(), e);
        }
    }

    private static InvalidHandlerException missing(String runtime, String program, String where) {
        return new InvalidHandlerException(
                "runtime '" + runtime + "' needs the program '" + program + "', which was not found in " + where);
    }
}
