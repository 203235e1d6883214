package io.millrace.runtime.environment.process;

import static io.millrace.runtime.environment.process.Workshop.definition;
import static io.millrace.runtime.environment.process.Workshop.run;
import static io.millrace.runtime.environment.process.Workshop.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.runtime.environment.EnvironmentPool.Rules;
import io.millrace.runtime.environment.EnvironmentState;
import io.millrace.runtime.environment.ExecutionEnvironment;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What no function may leave behind or get at, on each level that this machine offers. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class IsolationTest {
    @TempDir
    Path directory;

    private Workshop workshop(IsolationLevel level) {
        assumeTrue(
                Isolation.probe(Tools.ofServer(), level).level() == level,
                () -> level + " is not offered by this machine");
        return new Workshop(directory, Workshop.options(directory).withMaximumIsolation(level));
    }

    /** A command that no other test uses, nor another build of this one. */
    private static String marker(int test, IsolationLevel level) {
        return "sleep "
                + (test * 100_000_000L
                        + ProcessHandle.current().pid() * 100
                        + level.name().length());
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void a_function_answers_and_its_end_is_named(IsolationLevel level) {
        try (Workshop workshop = workshop(level)) {
            // Given
            ExecutionEnvironment environment = workshop.python(
                    """
                    import os
                    def handler(event, context):
                        if event == "exit": os._exit(4)
                        if event == "kill": os.kill(os.getpid(), 9)
                        return [os.getcwd() == os.environ["LAMBDA_TASK_ROOT"], event]
                    """);
            // When
            String answer = text(run(environment, "1"));
            String exit = Workshop.payload(run(environment, "\"exit\""));
            String kill = Workshop.payload(run(environment, "\"kill\""));
            // Then
            assertThat(answer).isEqualTo("[true, 1]");
            assertThat(exit).contains("exit status 4");
            assertThat(kill).contains("signal: killed");
        }
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void a_child_that_left_its_session_does_not_survive_a_timeout(IsolationLevel level) {
        String marker = marker(100, level);
        try (Workshop workshop = workshop(level)) {
            // Given
            ExecutionEnvironment environment = workshop.python(
                    definition("python3.11", "app.handler").withTimeout(Duration.ofSeconds(1)),
                    """
                            import os, subprocess, time
                            def handler(event, context):
                                if os.fork() == 0:
                                    os.setsid()
                                    subprocess.Popen("%s".split(), start_new_session=True)
                                    os._exit(0)
                                time.sleep(20)
                            """
                            .formatted(marker));
            // When
            run(environment, "1");
            // Then
            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(Processes.with(marker))
                    .isEmpty());
            assertThat(environment.state()).isEqualTo(EnvironmentState.RESET);
        }
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void a_child_does_not_survive_the_end_of_its_runtime(IsolationLevel level) {
        String marker = marker(200, level);
        try (Workshop workshop = workshop(level)) {
            // Given
            ExecutionEnvironment environment = workshop.shell(
                    """
                    next
                    %s &
                    exit 1
                    """
                            .formatted(marker));
            // When
            run(environment, "1");
            // Then
            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(Processes.with(marker))
                    .isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void nothing_survives_when_the_server_is_killed(IsolationLevel level) throws IOException, InterruptedException {
        workshop(level).close();
        String marker = marker(300, level);
        // Given
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledServer.class.getName(),
                        directory.resolve("killed").toString(),
                        level.name(),
                        marker)
                .redirectErrorStream(true)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        while (line != null && !line.equals("RUNNING")) {
            line = output.readLine();
        }
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !Processes.with(marker)
                .isEmpty());
        // When
        server.destroyForcibly().waitFor();
        // Then
        assertThat(line).isEqualTo("RUNNING");
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(Processes.with(marker))
                .isEmpty());
    }

    @Test
    void less_than_the_minimum_is_refused() {
        // Given
        Vertx vertx = Vertx.vertx();
        ProcessOptions options = Workshop.options(directory)
                .withMaximumIsolation(IsolationLevel.PROCESS)
                .withMinimumIsolation(IsolationLevel.SANDBOX);
        try {
            // When, then
            assertThatThrownBy(() -> new ProcessEnvironments(vertx, options, Rules.DEFAULT, new RecordedLog()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("environment.minimumIsolation is SANDBOX, but this machine offers only PROCESS: []");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** Without a control group it is the process's own allocation that fails: {@link BadDaysTest}. */
    @Test
    void a_control_group_ends_what_takes_more_than_its_memory_and_nothing_of_it_stays() throws IOException {
        // Given
        Path group = ownControlGroup();
        try {
            try (Workshop workshop =
                    new Workshop(directory, Workshop.options(directory).withControlGroup(group))) {
                ExecutionEnvironment environment = workshop.python(
                        """
                        def handler(event, context):
                            return len([bytearray(10 << 20) for i in range(event)])
                        """);
                // When
                String fits = text(run(environment, "5"));
                String tooMuch = Workshop.payload(run(environment, "60"));
                String after = text(run(environment, "5"));
                // Then
                assertThat(workshop.environments.isolationInForce()).endsWith("memory held by control group " + group);
                assertThat(fits).isEqualTo("5");
                assertThat(tooMuch)
                        .contains("\"errorType\":\"Runtime.ExitError\"")
                        .contains("Runtime exited with error: signal: killed");
                assertThat(after).isEqualTo("5");
            }
        } finally {
            Files.delete(group); // Fails if a group is left in it.
        }
    }

    /** In the hierarchy of either version, if this process may make one with a memory controller there. */
    private static Path ownControlGroup() {
        String name = "millrace-test-" + UUID.randomUUID();
        for (Path hierarchy : List.of(Path.of("/sys/fs/cgroup/memory"), Path.of("/sys/fs/cgroup"))) {
            Path group = hierarchy.resolve(name);
            try {
                Files.createDirectory(group);
                MemoryLimit usable = MemoryLimit.of(Optional.of(group));
                if (usable.inForce().startsWith("control group")) {
                    return group;
                }
                Files.delete(group);
            } catch (IOException | IllegalStateException notHere) {
                deleteIfThere(group);
            }
        }
        return abort("this process may not make control groups with a memory controller");
    }

    private static void deleteIfThere(Path group) {
        try {
            Files.deleteIfExists(group);
        } catch (IOException left) {
            throw new UncheckedIOException(left);
        }
    }

    @Test
    void a_control_group_that_cannot_be_used_is_refused() {
        // Given
        Vertx vertx = Vertx.vertx();
        Path group = directory.resolve("no-group-" + UUID.randomUUID());
        ProcessOptions options = Workshop.options(directory).withControlGroup(group);
        try {
            // When, then
            assertThatThrownBy(() -> new ProcessEnvironments(vertx, options, Rules.DEFAULT, new RecordedLog()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("environment.controlGroup is " + group
                            + ", expected a group that this server may make groups in: ");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void a_directory_that_another_server_uses_is_refused() {
        // Given
        Vertx vertx = Vertx.vertx();
        try (Workshop first = new Workshop(directory)) {
            // When, then
            assertThat(first.environments.isolation()).isNotNull();
            assertThatThrownBy(() -> new ProcessEnvironments(
                            vertx, Workshop.options(directory), Rules.DEFAULT, new RecordedLog()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is used by another server");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
