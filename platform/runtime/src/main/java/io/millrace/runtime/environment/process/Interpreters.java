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
    private final Map<Path, Optional<Path>> places = new ConcurrentHashMap<>();

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
        return tools.find(runtime)
                .flatMap(this::ofPython)
                .or(() -> tools.find("python3").flatMap(this::ofPython))
                .orElseThrow(() -> missing(runtime, "python3", tools.searched().toString()));
    }

    /** @throws InvalidHandlerException if there is none */
    Interpreter node(String runtime) {
        return tools.find("node")
                .flatMap(found -> ask(found, List.of("-p", "process.execPath")))
                .orElseThrow(() -> missing(runtime, "node", tools.searched().toString()));
    }

    private Optional<Interpreter> ofPython(Path found) {
        return ask(found, List.of("-c", "import sys; print(sys.executable)"));
    }

    private static Optional<Path> javaIn(@Nullable String home) {
        return Optional.ofNullable(home)
                .map(folder -> Path.of(folder, "bin", "java"))
                .filter(Files::isExecutable);
    }

    /**
     * What is on the PATH may be a script of a version manager, which would need the server's environment, or which
     * stands for a version that is not installed.
     */
    private Optional<Interpreter> ask(Path program, List<String> question) {
        return places.computeIfAbsent(program, asked -> place(asked, question)).map(Interpreter::new);
    }

    private static Optional<Path> place(Path asked, List<String> question) {
        try {
            Process process = new ProcessBuilder(asked.toString(), question.get(0), question.get(1))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            Path own = Path.of(answer);
            boolean ended = process.waitFor(ASK_SECONDS, TimeUnit.SECONDS);
            boolean usable = ended && process.exitValue() == 0 && own.isAbsolute() && Files.isExecutable(own);
            return usable ? Optional.of(own) : Optional.empty();
        } catch (IOException cannotStart) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InvalidHandlerException(asked + ": interrupted while it was asked for its place", e);
        }
    }

    private static Path real(Path program) {
        try {
            return program.toRealPath();
        } catch (IOException e) {
            throw new InvalidHandlerException(program + " cannot be resolved: " + e.getMessage(), e);
        }
    }

    private static InvalidHandlerException missing(String runtime, String program, String where) {
        return new InvalidHandlerException("runtime '" + runtime + "' needs the program '" + program
                + "', which was not found, or does not start, in " + where);
    }
}
