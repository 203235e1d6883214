package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.environment.InvalidHandlerException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ArchiveTest {
    private static final String HANDLER =
            """
            package shop;
            public class Handler implements java.util.function.Function<String, String> {
                public String apply(String what) {
                    return switch (what) {
                        case "library" -> lib.Words.HELLO;
                        case "server" -> name("io.vertx.core.Vertx");
                        case "jackson" -> name("com.fasterxml.jackson.databind.ObjectMapper");
                        case "slf4j" -> name("org.slf4j.Logger");
                        case "context" -> String.valueOf(
                                Thread.currentThread().getContextClassLoader() == getClass().getClassLoader());
                        default -> what;
                    };
                }
                private static String name(String type) {
                    try {
                        return Class.forName(type).getName();
                    } catch (ClassNotFoundException e) {
                        return "hidden";
                    }
                }
            }
            """;
    private static final String WORDS =
            """
            package lib;
            public class Words {
                public static final String HELLO = String.valueOf("hello from a library");
            }
            """;
    private static final String QUEUE =
            """
            package shop;
            import com.amazonaws.services.lambda.runtime.*;
            import com.amazonaws.services.lambda.runtime.events.SQSEvent;
            public class Queue implements RequestHandler<SQSEvent, String> {
                public String handleRequest(SQSEvent event, Context context) {
                    return event.getRecords().get(0).getBody() + " "
                            + (SQSEvent.class.getClassLoader() == Queue.class.getClassLoader());
                }
            }
            """;
    private static final String FLAKY =
            """
            package shop;
            public class Flaky implements java.util.function.Function<String, String> {
                static final Object CONNECTION = connect();
                static Object connect() {
                    if (System.getProperty("flaky.down") != null) {
                        throw new IllegalStateException("the database is not there yet");
                    }
                    return "up";
                }
                public String apply(String what) {
                    return what;
                }
            }
            """;

    private final TryOut tryOut = new TryOut();

    private final Path directory;

    ArchiveTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @AfterEach
    void close() {
        tryOut.close();
    }

    @Test
    void archive_runs_with_its_own_classes_and_libraries_and_sees_little_of_the_server() throws IOException {
        try (FunctionEnvironments function = deploy("shop.Handler", shop())) {
            assertThat(ask(function, "library")).isEqualTo("\"hello from a library\"");
            assertThat(ask(function, "server")).isEqualTo("\"hidden\"");
            assertThat(ask(function, "jackson")).isEqualTo("\"hidden\"");
            assertThat(ask(function, "slf4j")).isEqualTo("\"org.slf4j.Logger\"");
            assertThat(ask(function, "context")).isEqualTo("\"true\"");
        }
    }

    @Test
    void archive_with_its_own_copy_of_the_events_library_gets_its_own_types() throws IOException {
        // Given
        Map<String, byte[]> code = compile(Map.of("shop/Queue.java", QUEUE));
        code.put("lib/events.jar", Files.readAllBytes(jarOf("com.amazonaws.services.lambda.runtime.events.SQSEvent")));
        code.put("lib/joda.jar", Files.readAllBytes(jarOf("org.joda.time.DateTime")));
        // When
        try (FunctionEnvironments function = deploy("shop.Queue", zip("code.zip", code))) {
            Outcome outcome = TryOut.run(function, "{\"Records\":[{\"body\":\"hi\",\"messageId\":\"1\"}]}");
            // Then
            assertThat(TryOut.text(outcome)).isEqualTo("\"hi true\"");
        }
    }

    @Test
    void static_initialisation_that_failed_is_tried_anew_by_the_next_attempt() throws IOException {
        // Given
        Path archive = zip("flaky.jar", compile(Map.of("shop/Flaky.java", FLAKY)));
        try (FunctionEnvironments function = deploy("shop.Flaky", archive)) {
            // When
            System.setProperty("flaky.down", "yes");
            String error = TryOut.error(TryOut.run(function, "\"x\"")).errorType();
            System.clearProperty("flaky.down");
            // Then
            assertThat(error).isEqualTo("java.lang.IllegalStateException");
            assertThat(ask(function, "x")).isEqualTo("\"x\"");
        } finally {
            System.clearProperty("flaky.down");
        }
    }

    @Test
    void uploaded_file_may_be_deleted_once_it_is_deployed() throws IOException {
        // Given
        Path archive = shop();
        try (FunctionEnvironments function = deploy("shop.Handler", archive)) {
            // When
            Files.delete(archive);
            // Then
            assertThat(ask(function, "library")).isEqualTo("\"hello from a library\"");
        }
    }

    @Test
    void unpacked_code_is_deleted_when_the_function_is_closed() throws IOException {
        // Given
        Map<String, byte[]> code = compile(Map.of("shop/Handler.java", HANDLER, "lib/Words.java", WORDS));
        code.put("only-of-this-test", UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8));
        Path archive = zip("shop.zip", code);
        FunctionEnvironments function = deploy("shop.Handler", archive);
        assertThat(unpacked(archive)).hasSize(1);
        // When
        function.close();
        // Then
        assertThat(unpacked(archive)).isEmpty();
    }

    @Test
    void file_that_is_no_archive_is_refused_by_name() throws IOException {
        // Given
        Path file = Files.writeString(directory.resolve("notes.txt"), "no zip " + UUID.randomUUID());
        // Then
        assertThatExceptionOfType(InvalidHandlerException.class)
                .isThrownBy(() -> deploy("shop.Handler", file))
                .withMessageStartingWith("handler 'shop.Handler' of function 'orders' cannot be run: " + file
                        + " cannot be read as a jar or zip");
        assertThat(unpacked(file)).isEmpty();
    }

    @Test
    void archive_without_the_class_is_refused() throws IOException {
        // Given
        Path archive = shop();
        // Then
        assertThatExceptionOfType(InvalidHandlerException.class)
                .isThrownBy(() -> deploy("shop.Absent", archive))
                .withMessage(
                        "handler 'shop.Absent' of function 'orders' cannot be run: no class shop.Absent in its code");
    }

    @Test
    void a_thousand_versions_leave_no_classes_behind_when_they_retire() throws IOException {
        // Given
        Path archive = shop();
        ask(deploy("shop.Handler", archive), "hello"); // What loads once and stays.
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        int before = classes.getLoadedClassCount();
        // When
        for (int version = 0; version < 1_000; version++) {
            try (FunctionEnvironments function = deploy("shop.Handler", archive)) {
                ask(function, "library"); // Two classes of its own each.
            }
        }
        // Then
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            System.gc();
            assertThat(classes.getLoadedClassCount()).isLessThan(before + 500);
        });
    }

    private FunctionEnvironments deploy(String handler, Path archive) {
        return tryOut.environments.deploy(
                TryOut.definition(handler), new HandlerSource.Archive(archive, List.of()), TryOut.NOTHING);
    }

    private static String ask(FunctionEnvironments function, String question) {
        return TryOut.text(TryOut.run(function, "\"" + question + "\""));
    }

    private Path shop() throws IOException {
        Map<String, byte[]> all = compile(Map.of("shop/Handler.java", HANDLER, "lib/Words.java", WORDS));
        Map<String, byte[]> library = new java.util.TreeMap<>();
        library.put("lib/Words.class", java.util.Objects.requireNonNull(all.remove("lib/Words.class")));
        all.put("lib/words.jar", Files.readAllBytes(zip("words.jar", library)));
        return zip("shop.zip", all);
    }

    private Map<String, byte[]> compile(Map<String, String> sources) throws IOException {
        Path classes = Files.createTempDirectory(directory, "classes");
        Path source = Files.createTempDirectory(directory, "source");
        List<String> arguments = new java.util.ArrayList<>(
                List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
        for (Map.Entry<String, String> entry : sources.entrySet()) {
            Path file = source.resolve(entry.getKey());
            Files.createDirectories(java.util.Objects.requireNonNull(file.getParent()));
            arguments.add(Files.writeString(file, entry.getValue()).toString());
        }
        int failed = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(failed).isZero();
        Map<String, byte[]> code = new java.util.TreeMap<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                code.put(classes.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return code;
    }

    private Path zip(String name, Map<String, byte[]> entries) throws IOException {
        Path file = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }

    private static Path jarOf(String type) {
        try {
            return Path.of(Class.forName(type)
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (ReflectiveOperationException | java.net.URISyntaxException e) {
            throw new AssertionError(type, e);
        }
    }

    /** Where the code of this file is; other JVMs have theirs beside it. */
    private static List<Path> unpacked(Path archive) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(path -> path.getFileName().toString().startsWith("millrace-code-"))
                    .filter(path -> isSame(path.resolve("code.jar"), archive))
                    .toList();
        }
    }

    private static boolean isSame(Path copy, Path archive) {
        try {
            return Files.mismatch(copy, archive) < 0;
        } catch (NoSuchFileException goneMeanwhile) {
            return false;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
