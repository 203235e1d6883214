package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.InvalidHandlerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How the runtime of each identifier is started. The version in an identifier such as python3.12 or nodejs20.x is a
 * wish: Java and Node.js are what the machine has, Python is the one of that version if it is installed.
 */
final class Runtimes {
    private static final Set<String> PROVIDED = Set.of("provided", "provided.al2", "provided.al2023");

    private final Interpreters interpreters;
    private final RuntimeFiles files;
    private final JavaArchives archives;
    private final ProcessOptions options;

    Runtimes(Interpreters interpreters, RuntimeFiles files, JavaArchives archives, ProcessOptions options) {
        this.interpreters = interpreters;
        this.files = files;
        this.archives = archives;
        this.options = options;
    }

    /**
     * @throws InvalidHandlerException if no such runtime exists here
     * @throws NoBootstrapException if the function should bring its own and does not
     */
    RuntimeCommand command(FunctionDefinition definition, Layout real, Layout seen) throws NoBootstrapException {
        String runtime = definition.runtime();
        RuntimeCommand command;
        if (runtime.startsWith("java")) {
            command = java(definition, real, seen);
        } else if (runtime.startsWith("python3")) {
            command = python(definition, real, seen);
        } else if (runtime.startsWith("nodejs")) {
            command = node(definition, real, seen);
        } else if (PROVIDED.contains(runtime)) {
            command = new RuntimeCommand(List.of(bootstrap(real, seen)), Optional.empty(), List.of(), Map.of());
        } else {
            throw new InvalidHandlerException("function '" + definition.name() + "' has runtime '" + runtime
                    + "', expected java*, python3.*, nodejs* or one of "
                    + PROVIDED.stream().sorted().toList());
        }
        return wrapped(command, definition, seen);
    }

    /** The program of a function's own that starts its runtime (lambda-semantics 5.3). */
    private static RuntimeCommand wrapped(RuntimeCommand command, FunctionDefinition definition, Layout seen) {
        String wrapper = definition.environment().get("AWS_LAMBDA_EXEC_WRAPPER");
        if (wrapper == null || wrapper.isEmpty()) {
            return command;
        }
        List<String> words = new ArrayList<>(List.of(seen.translate(wrapper).toString()));
        words.addAll(command.words());
        return new RuntimeCommand(words, command.interpreter(), command.visible(), command.variables());
    }

    private static String bootstrap(Layout real, Layout seen) throws NoBootstrapException {
        if (Files.isRegularFile(real.task().resolve("bootstrap"))) {
            return executable(real.task().resolve("bootstrap"), seen.task(), "/var/task/bootstrap");
        }
        if (Files.isRegularFile(real.opt().resolve("bootstrap"))) {
            return executable(real.opt().resolve("bootstrap"), seen.opt(), "/opt/bootstrap");
        }
        throw new NoBootstrapException("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
    }

    private static String executable(Path file, Path seenFolder, String lambdaName) throws NoBootstrapException {
        if (!Files.isExecutable(file)) {
            throw new NoBootstrapException("fork/exec " + lambdaName + ": permission denied");
        }
        return seenFolder.resolve("bootstrap").toString();
    }

    private RuntimeCommand java(FunctionDefinition definition, Layout real, Layout seen) {
        Interpreter java = interpreters.java(definition.runtime());
        List<String> words = new ArrayList<>(List.of(java.toString()));
        words.addAll(files.javaFlags(java, seen.runtime()));
        words.addAll(archives.flags(java, seen.runtime()));
        words.add("-Xmx" + definition.memorySizeMegabytes() * 3 / 4 + "m");
        words.add("-Djava.io.tmpdir=" + seen.tmp());
        words.add("-cp");
        words.add(classPath(real, seen));
        words.add(RuntimeFiles.JAVA_CLIENT);
        words.add(definition.handler());
        return new RuntimeCommand(words, Optional.of(java), List.of(java.home()), Map.of());
    }

    /** The vendor's jars, then the function's: its classes, its lib/*.jar, and lib/*.jar of its layers. */
    private String classPath(Layout real, Layout seen) {
        List<String> parts = new ArrayList<>(files.javaClassPath(seen.runtime()));
        parts.add(seen.task().toString());
        jars(real.task().resolve("lib"))
                .forEach(name ->
                        parts.add(seen.task().resolve("lib").resolve(name).toString()));
        jars(real.opt().resolve("java/lib"))
                .forEach(name ->
                        parts.add(seen.opt().resolve("java/lib").resolve(name).toString()));
        return String.join(":", parts);
    }

    private static List<Path> jars(Path folder) {
        try (Stream<Path> entries = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            return entries.map(Path::getFileName)
                    .filter(name -> name.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be listed", e);
        }
    }

    private RuntimeCommand python(FunctionDefinition definition, Layout real, Layout seen) {
        Interpreter python = interpreters.python(definition.runtime());
        List<Path> extra = new ArrayList<>();
        List<String> path = new ArrayList<>(List.of(seen.task().toString()));
        pythonFolders(real.opt(), seen.opt()).forEach(path::add);
        boolean bringsClient = Stream.concat(
                        Stream.of(real.task()),
                        pythonFolders(real.opt(), real.opt()).map(Path::of))
                .anyMatch(folder -> Files.isDirectory(folder.resolve("awslambdaric")));
        options.pythonClient().ifPresent(folder -> {
            extra.add(folder);
            path.add(folder.toString());
        });
        extra.add(python.home());
        List<String> words = bringsClient || options.pythonClient().isPresent()
                ? List.of(python.toString(), "-m", "awslambdaric", definition.handler())
                : List.of(
                        python.toString(),
                        seen.runtime().resolve("bootstrap.py").toString(),
                        definition.handler());
        return new RuntimeCommand(
                words,
                Optional.of(python),
                extra,
                Map.of("PYTHONPATH", String.join(":", path), "PYTHONUNBUFFERED", "1", "PYTHONDONTWRITEBYTECODE", "1"));
    }

    /** {@code python} and {@code python/lib/python3.x/site-packages} of the layers. */
    private static Stream<String> pythonFolders(Path realOpt, Path seenOpt) {
        Path versions = realOpt.resolve("python/lib");
        List<String> folders = new ArrayList<>();
        try (Stream<Path> entries = Files.isDirectory(versions) ? Files.list(versions) : Stream.empty()) {
            entries.map(Path::getFileName)
                    .sorted()
                    .forEach(version -> folders.add(seenOpt.resolve("python/lib")
                            .resolve(version)
                            .resolve("site-packages")
                            .toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(versions + " cannot be listed", e);
        }
        folders.add(seenOpt.resolve("python").toString());
        return folders.stream();
    }

    private RuntimeCommand node(FunctionDefinition definition, Layout real, Layout seen) {
        Interpreter node = interpreters.node(definition.runtime());
        List<Path> extra = new ArrayList<>(List.of(node.home()));
        options.nodeClient().ifPresent(extra::add);
        List<String> words = new ArrayList<>(List.of(node.toString()));
        words.add("--max-old-space-size=" + definition.memorySizeMegabytes() * 9 / 10);
        Optional<Path> client = nodeClient(real, seen);
        words.add(client.orElse(seen.runtime().resolve("bootstrap.mjs")).toString());
        words.add(definition.handler());
        String modules =
                seen.opt().resolve("nodejs/node_modules") + ":" + seen.task().resolve("node_modules");
        return new RuntimeCommand(words, Optional.of(node), extra, Map.of("NODE_PATH", modules));
    }

    private Optional<Path> nodeClient(Layout real, Layout seen) {
        Stream<Path[]> own = Stream.of(
                new Path[] {real.task(), seen.task()},
                new Path[] {real.opt().resolve("nodejs"), seen.opt().resolve("nodejs")});
        Stream<Path[]> configured = options.nodeClient().stream().map(folder -> new Path[] {folder, folder});
        return Stream.concat(own, configured)
                .flatMap(folders -> Stream.of("index.mjs", "index.js")
                        .map(name -> Path.of("node_modules/aws-lambda-ric/bin", name))
                        .filter(file -> Files.isRegularFile(folders[0].resolve(file)))
                        .map(folders[1]::resolve))
                .findFirst();
    }

    /** A function that should bring its own runtime does not; the message is Lambda's. */
    static final class NoBootstrapException extends Exception {
        private static final long serialVersionUID = 1;

        NoBootstrapException(String message) {
            super(message);
        }
    }
}
