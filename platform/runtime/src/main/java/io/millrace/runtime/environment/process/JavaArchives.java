package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Archives of the loaded classes of the vendor's client for Java, which halve the cold start of a small function. One is
 * made for each JDK, in the background when its first function is prepared, by running one invocation of a method of the
 * JDK; it is kept over restarts of the server. Thread-safe.
 */
final class JavaArchives {
    private static final long LIMIT_MILLIS = 30_000;
    private static final long FILE_BYTES = 256L << 20;
    /** Any method that takes and gives any JSON. */
    private static final FunctionDefinition WARM_UP =
            FunctionDefinition.of(new FunctionName("millrace-warm-up"), "java.util.HashMap::get");

    private final Vertx vertx;
    private final Directories directories;
    private final RuntimeFiles files;
    private final Launcher launcher;
    private final Executor threads;
    private final Set<String> requested = ConcurrentHashMap.newKeySet();
    private final Set<String> installed = ConcurrentHashMap.newKeySet();
    private final Set<JavaWarmUp> running = ConcurrentHashMap.newKeySet();

    JavaArchives(Vertx vertx, Directories directories, RuntimeFiles files, Launcher launcher, Executor threads) {
        this.vertx = vertx;
        this.directories = directories;
        this.files = files;
        this.launcher = launcher;
        this.threads = threads;
    }

    /**
     * The flags that use the archive, none while there is none; asks for one the first time.
     *
     * @param seen our files, as the function sees them
     */
    List<String> flags(Interpreter java, Path seen) {
        String name = name(java);
        if (requested.add(name)) {
            make(java, name);
        }
        return installed.contains(name)
                ? List.of("-XX:SharedArchiveFile=" + seen.resolve(name), "-Xlog:cds=off", "-Xlog:cds+dynamic=off")
                : List.of();
    }

    /** Ends what is under way. Blocks for some milliseconds. */
    void close() {
        running.forEach(JavaWarmUp::kill);
    }

    /** A JDK takes an archive only with the class path, by name and time, that it was made with. */
    private String name(Interpreter java) {
        Path seen = launcher.isolation().seen(anywhere(files.directory())).runtime();
        String made = java.program() + " " + JavaVersion.text(java) + " " + seen + " " + files.javaClassPath(seen);
        return "java-" + UUID.nameUUIDFromBytes(made.getBytes(StandardCharsets.UTF_8)) + ".jsa";
    }

    private void make(Interpreter java, String name) {
        Path kept = directories.create("cache").resolve(name);
        if (Files.exists(kept)) {
            install(kept, name);
            return;
        }
        Path directory = directories.create("environments", "warm-up-" + UUID.randomUUID());
        Context context = ((VertxInternal) vertx).createEventLoopContext();
        JavaWarmUp warmUp = new JavaWarmUp(context, threads, ended -> {
            running.remove(ended);
            keep(directory.resolve("tmp/archive.jsa"), kept, name);
            Directories.delete(directory);
        });
        running.add(warmUp);
        warmUp.start(authority -> process(java, directory, authority, warmUp), LIMIT_MILLIS);
    }

    private LaunchedProcess process(Interpreter java, Path directory, String authority, JavaWarmUp warmUp) {
        Path tmp = directories.create("environments", directory.getFileName().toString(), "tmp");
        Layout real = new Layout(tmp, tmp, files.directory(), tmp);
        Layout seen = launcher.isolation().seen(real);
        List<String> words = new ArrayList<>(List.of(java.toString()));
        words.addAll(files.javaFlags(java, seen.runtime()));
        words.add("-Xmx96m");
        words.add("-XX:ArchiveClassesAtExit=" + seen.tmp().resolve("archive.jsa"));
        words.addAll(List.of("-cp", String.join(":", files.javaClassPath(seen.runtime()))));
        words.addAll(List.of(RuntimeFiles.JAVA_CLIENT, WARM_UP.handler()));
        RuntimeCommand command = new RuntimeCommand(words, Optional.of(java), List.of(java.home()), Map.of());
        EnvironmentVariables.Facts facts = new EnvironmentVariables.Facts("us-east-1", authority, "warm-up", false);
        ProcessBuilder builder = launcher.prepare(
                real,
                command.visible(),
                new Limits(FILE_BYTES, OptionalLong.empty()),
                Optional.empty(),
                words,
                EnvironmentVariables.of(WARM_UP, command, seen, facts));
        return new LaunchedProcess(
                builder,
                launcher,
                new EnvironmentLog(WARM_UP, new Silent()),
                "AWS_LAMBDA_RUNTIME_API=" + authority,
                ProcessExit::of,
                exit -> {},
                warmUp::gone);
    }

    private void keep(Path made, Path kept, String name) {
        if (!Files.exists(made)) {
            return; // This JDK makes none; functions start as without.
        }
        try {
            Files.move(made, kept, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            install(kept, name);
        } catch (IOException e) {
            throw new UncheckedIOException(kept + " cannot be written", e);
        }
    }

    private void install(Path kept, String name) {
        try {
            Files.copy(kept, files.directory().resolve(name), StandardCopyOption.REPLACE_EXISTING);
            installed.add(name);
        } catch (IOException e) {
            throw new UncheckedIOException(kept + " cannot be copied", e);
        }
    }

    private static Layout anywhere(Path runtime) {
        return new Layout(runtime, runtime, runtime, runtime);
    }

    /** Nobody asked for these lines. */
    private static final class Silent implements FunctionLogSink.Lines {
        @Override
        public void line(Optional<String> requestId, String line) {}

        @Override
        public void platform(Optional<String> requestId, String lines) {}

        @Override
        public void ended(String requestId, byte[] tail, long droppedBytes) {}
    }
}
