package io.millrace.runtime.environment.process;

import static io.millrace.runtime.environment.process.Workshop.ID;
import static io.millrace.runtime.environment.process.Workshop.definition;
import static io.millrace.runtime.environment.process.Workshop.payload;
import static io.millrace.runtime.environment.process.Workshop.run;
import static io.millrace.runtime.environment.process.Workshop.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.EnvironmentState;
import io.millrace.runtime.environment.ExecutionEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java functions with the vendor's client, from a bare jar of classes. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class JavaFunctionTest {
    @TempDir
    Path directory;

    private Workshop workshop;

    @BeforeEach
    void open() {
        workshop = new Workshop(directory);
    }

    @AfterEach
    void close() {
        workshop.close();
    }

    private ExecutionEnvironment java(Class<?> handler) {
        return java(handler, Duration.ofSeconds(60));
    }

    private ExecutionEnvironment java(Class<?> handler, Duration timeout) {
        return workshop.environment(
                definition("java17", handler.getName()).withTimeout(timeout),
                new Zip()
                        .file("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
                        .file(fileOf(handler), bytesOf(handler)));
    }

    private static String fileOf(Class<?> type) {
        return type.getName().replace('.', '/') + ".class";
    }

    private static byte[] bytesOf(Class<?> type) {
        try (InputStream file = type.getClassLoader().getResourceAsStream(fileOf(type))) {
            if (file == null) {
                throw new AssertionError(type + " is no file");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_handler_answers_and_keeps_its_memory() {
        // Given
        ExecutionEnvironment environment = java(JavaHandlers.Counting.class);
        // When
        String first = text(run(environment, "{\"name\":\"ü\"}"));
        String second = text(run(environment, "{\"name\":\"b\"}"));
        // Then
        assertThat(first).isEqualTo("\"1 ü orders " + ID + "\"");
        assertThat(second).startsWith("\"2 b ");
    }

    @Test
    void the_classes_of_the_client_come_from_an_archive_that_is_kept_over_restarts() throws IOException {
        // Given
        Path cache = directory.toRealPath().resolve("work/cache");
        java(JavaHandlers.Counting.class);
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> isFilled(cache));
        workshop.close();
        workshop = new Workshop(directory);
        ExecutionEnvironment environment = workshop.environment(
                definition("java17", JavaHandlers.Counting.class.getName())
                        .withEnvironment(Map.of("JAVA_TOOL_OPTIONS", "-Xlog:class+load")),
                new Zip().file(fileOf(JavaHandlers.Counting.class), bytesOf(JavaHandlers.Counting.class)));
        // When
        String answer = text(run(environment, "{\"name\":\"x\"}"));
        // Then
        assertThat(answer).startsWith("\"1 x ");
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(workshop.log.of(""))
                .anyMatch(line -> line.contains(RuntimeFiles.JAVA_CLIENT + " source: shared objects file (top)")));
    }

    private static boolean isFilled(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".jsa"));
        }
    }

    @Test
    void an_exception_has_its_class_and_trace() {
        // Given
        ExecutionEnvironment environment = java(JavaHandlers.Throwing.class);
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome))
                .startsWith("{\"errorMessage\":\"no such order\",\"errorType\":\"java.lang.IllegalStateException\"")
                .contains("\"stackTrace\":[\"" + JavaHandlers.Throwing.class.getName() + ".handleRequest(");
        assertThat(environment.state()).isEqualTo(EnvironmentState.READY);
    }

    @Test
    void a_constructor_that_throws_is_an_error_of_the_initialisation() {
        // Given
        ExecutionEnvironment environment = java(JavaHandlers.Unborn.class);
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome)).contains("not today");
        assertThat(environment.state()).isEqualTo(EnvironmentState.RESET);
    }

    @Test
    void halting_the_JVM_ends_the_invocation_and_nothing_else() {
        // Given
        ExecutionEnvironment environment = java(JavaHandlers.Halting.class);
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome))
                .isEqualTo("{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: " + ID
                        + " Error: Runtime exited with error: exit status 42\"}");
    }

    @Test
    void a_handler_that_ignores_its_interrupt_is_ended_by_its_timeout() {
        // Given
        ExecutionEnvironment environment = java(JavaHandlers.Stubborn.class, Duration.ofMillis(700));
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome)).contains("Task timed out after 0.70 seconds");
    }

    @Test
    void more_heap_than_the_function_has_is_an_error_of_its_own() {
        // Given
        ExecutionEnvironment environment = java(JavaHandlers.Greedy.class);
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome)).contains("java.lang.OutOfMemoryError");
    }
}
