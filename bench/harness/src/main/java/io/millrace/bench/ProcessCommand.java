package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How the platform started the runtime of a function: the words and variables of the innermost process, without what
 * isolates it. Read from {@code /proc}, so that the bare side runs the very same.
 *
 * @param words program and arguments
 * @param variables all of its environment
 */
record ProcessCommand(List<String> words, Map<String, String> variables) {

    private static final String API = "AWS_LAMBDA_RUNTIME_API";
    private static final String FUNCTION = "AWS_LAMBDA_FUNCTION_NAME";
    private static final String TASK = "LAMBDA_TASK_ROOT";
    private static final String TMP = "TMPDIR";
    /** In the words of the shells around it. */
    private static final String SUPERVISOR = "millrace-environment";

    /** Of the environment of this function that lives now; empty where none does. */
    static Optional<ProcessCommand> ofLiving(String function) {
        return living(function)
                .filter(process -> process.children().findAny().isEmpty())
                .flatMap(process -> read(process).stream())
                .filter(command -> !command.words.contains(SUPERVISOR))
                .findFirst();
    }

    /** Whether any process of this function lives. */
    static boolean isAnyLiving(String function) {
        return living(function).findAny().isPresent();
    }

    boolean usesClassArchive() {
        return words.stream().anyMatch(word -> word.startsWith("-XX:SharedArchiveFile="));
    }

    /**
     * The same against another Runtime API and with a folder of its own for temporary files.
     *
     * @throws IllegalStateException if the platform's sandbox shows its processes paths that exist in there only
     */
    ProcessBuilder prepare(String authority, Path tmp) {
        Path task = Path.of(variable(TASK));
        if (!Files.isDirectory(task)) {
            throw new IllegalStateException("the platform's processes see their code at " + task
                    + ", which is nowhere outside of their sandbox: the bare process cannot be started in the same"
                    + " way; expected the isolation level namespace or below (run without bwrap on the PATH)");
        }
        String theirs = variable(TMP);
        ProcessBuilder builder = new ProcessBuilder(
                words.stream().map(word -> word.replace(theirs, tmp.toString())).toList());
        builder.environment().clear();
        variables.forEach((name, value) -> builder.environment().put(name, value.replace(theirs, tmp.toString())));
        builder.environment().put(API, authority);
        return builder.directory(task.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true);
    }

    private String variable(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalStateException("the platform's process has no variable " + name + ", but " + variables);
        }
        return value;
    }

    private static Stream<ProcessHandle> living(String function) {
        return ProcessHandle.current().descendants().filter(process -> read(process)
                .map(command -> function.equals(command.variables.get(FUNCTION)))
                .orElse(false));
    }

    private static Optional<ProcessCommand> read(ProcessHandle process) {
        Path directory = Path.of("/proc", Long.toString(process.pid()));
        try {
            Map<String, String> variables = new TreeMap<>();
            for (String assignment : texts(directory.resolve("environ"))) {
                int equals = assignment.indexOf('=');
                if (equals > 0) {
                    variables.put(assignment.substring(0, equals), assignment.substring(equals + 1));
                }
            }
            return Optional.of(new ProcessCommand(texts(directory.resolve("cmdline")), variables));
        } catch (IOException | UncheckedIOException goneMeanwhile) {
            return Optional.empty();
        }
    }

    private static List<String> texts(Path file) throws IOException {
        String all = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        String whole = all.endsWith("\0") ? all.substring(0, all.length() - 1) : all;
        return whole.isEmpty() ? List.of() : List.of(whole.split("\0", -1));
    }
}
