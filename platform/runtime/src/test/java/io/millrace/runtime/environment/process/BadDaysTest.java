package io.millrace.runtime.environment.process;

import static io.millrace.runtime.environment.process.Workshop.ID;
import static io.millrace.runtime.environment.process.Workshop.definition;
import static io.millrace.runtime.environment.process.Workshop.payload;
import static io.millrace.runtime.environment.process.Workshop.run;
import static io.millrace.runtime.environment.process.Workshop.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.environment.EnvironmentState;
import io.millrace.runtime.environment.ExecutionEnvironment;
import io.millrace.runtime.environment.InvalidHandlerException;
import io.millrace.runtime.environment.ShutdownReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions that misbehave, and what is said of them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BadDaysTest {
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

    @Test
    void a_runtime_that_never_asks_for_an_invocation_times_out_in_the_second_initialisation() {
        // Given
        workshop.close();
        workshop = new Workshop(directory, Workshop.options(directory), Duration.ofSeconds(1));
        ExecutionEnvironment environment =
                workshop.shell(definition("provided.al2023", "h").withTimeout(Duration.ofMillis(500)), "sleep 60");
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome))
                .isEqualTo("{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: " + ID
                        + " Error: Task timed out after 0.50 seconds\"}");
        assertThat(workshop.log.of(""))
                .anyMatch(line -> line.matches("INIT_REPORT Init Duration: .* ms\\tPhase: init\\tStatus: timeout"))
                .anyMatch(line -> line.matches("INIT_REPORT Init Duration: .* ms\\tPhase: invoke\\tStatus: timeout"));
    }

    @Test
    void an_initialisation_that_succeeds_the_second_time_runs_the_invocation() {
        // Given
        ExecutionEnvironment environment = workshop.shell(
                """
                [ -e $TMPDIR/again ] || { touch $TMPDIR/again; exit 1; }
                while next; do respond '"ok"'; done
                """);
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(text(outcome)).isEqualTo("\"ok\"");
    }

    @Test
    void asking_for_a_second_invocation_before_the_answer_is_refused() {
        // Given
        ExecutionEnvironment environment = workshop.shell(
                """
                next
                SECOND=$(curl -sS -w '%{http_code}' "$API/invocation/next")
                respond "[\\"$(echo $SECOND | tr -d '\\"')\\"]"
                next
                """);
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(text(outcome)).contains("errorType:InvalidStateTransition}403");
    }

    @Test
    void an_answer_to_an_unknown_request_is_refused() {
        // Given
        ExecutionEnvironment environment = workshop.shell(
                """
                next
                REFUSAL=$(status invocation/another/response 1)
                respond "[\\"$(echo $REFUSAL | tr -d '\\"')\\"]"
                next
                """);
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(text(outcome)).isEqualTo("[\"{errorMessage:Invalid request ID,errorType:InvalidRequestID} 400\"]");
    }

    @Test
    void a_second_answer_is_refused() {
        // Given
        ExecutionEnvironment environment = workshop.shell(
                """
                next
                respond 1
                echo "second: $(status invocation/$ID/response 2)"
                next
                respond 3
                next
                """);
        // When
        String first = text(run(environment, "1"));
        String second = text(run(environment, "2"));
        // Then
        assertThat(first).isEqualTo("1");
        assertThat(second).isEqualTo("3");
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        workshop.log.lines.values().stream().flatMap(lines -> lines.stream()))
                .anyMatch(line -> line.startsWith("second: ") && line.endsWith("InvalidStateTransition\"} 403")));
    }

    @Test
    void a_runtime_that_exits_in_the_middle_of_its_answer_has_not_answered() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                import os, socket
                def handler(event, context):
                    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
                    s = socket.create_connection((host, int(port)))
                    s.sendall(("POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\n"
                               "Content-Length: 1000\\r\\n\\r\\n123" % context.aws_request_id).encode())
                    os._exit(5)
                """);
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome))
                .isEqualTo("{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: " + ID
                        + " Error: Runtime exited with error: exit status 5\"}");
    }

    @Test
    void an_answer_beyond_the_limit_is_an_error_and_one_at_the_limit_is_not() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                def handler(event, context):
                    return "x" * event
                """);
        // When
        Outcome largest = run(environment, "6291554");
        Outcome tooLarge = run(environment, "6291555");
        Outcome next = run(environment, "1");
        // Then
        assertThat(text(largest)).hasSize(6_291_556);
        assertThat(payload(tooLarge))
                .isEqualTo(
                        "{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size (6291556 bytes).\","
                                + "\"errorType\":\"Function.ResponseSizeTooLarge\"}");
        assertThat(text(next)).isEqualTo("\"x\"");
    }

    @Test
    void a_hundred_megabytes_of_log_are_cut_and_counted() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                import sys
                def handler(event, context):
                    line = "x" * 999 + "\\n"
                    for _ in range(100_000):
                        sys.stdout.write(line)
                    print("the end")
                """);
        // When
        Outcome outcome = run(environment, "1");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> workshop.log.isComplete(ID));
        // Then
        assertThat(text(outcome)).isEqualTo("null");
        assertThat(workshop.log.dropped.get(ID)).isBetween(98_900_000L, 99_000_000L);
        assertThat(workshop.log.of(ID)).hasSizeLessThan(1060);
        assertThat(workshop.log.tails.get(ID)).hasSize(4096).contains("the end\nEND RequestId: " + ID);
    }

    @Test
    void a_line_without_an_end_is_cut_into_pieces() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                import sys
                def handler(event, context):
                    sys.stdout.write("y" * 150_000)
                """);
        // When
        run(environment, "1");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> workshop.log.isComplete(ID));
        // Then
        assertThat(workshop.log.of(ID).stream()
                        .filter(line -> line.startsWith("y"))
                        .map(String::length))
                .containsExactly(65_536, 65_536, 18_928);
    }

    @Test
    void a_file_larger_than_tmp_may_be_cannot_be_written() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                import tempfile
                def handler(event, context):
                    with open(tempfile.gettempdir() + "/big", "wb") as f:
                        f.seek(event)
                        f.write(b"x")
                """);
        // When
        Outcome fits = run(environment, "536870911");
        Outcome tooLarge = run(environment, "536870912");
        // Then
        assertThat(text(fits)).isEqualTo("null");
        assertThat(payload(tooLarge)).contains("[Errno 27] File too large").contains("OSError");
    }

    @Test
    void more_memory_than_the_function_has_is_refused_by_the_kernel() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                def handler(event, context):
                    return len(bytearray(event * 1024 * 1024))
                """);
        // When
        Outcome fits = run(environment, "200");
        Outcome tooMuch = run(environment, "600");
        // Then
        assertThat(text(fits)).isEqualTo("209715200");
        assertThat(payload(tooMuch)).contains("\"errorType\": \"MemoryError\"");
    }

    @Test
    void a_missing_bootstrap_is_named() {
        // Given
        ExecutionEnvironment environment =
                workshop.environment(definition("provided.al2023", "h"), new Zip().file("other", "x"));
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome))
                .isEqualTo("{\"errorType\":\"Runtime.InvalidEntrypoint\",\"errorMessage\":\"RequestId: " + ID
                        + " Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]\"}");
    }

    @Test
    void a_bootstrap_that_is_not_executable_is_named() {
        // Given
        ExecutionEnvironment environment =
                workshop.environment(definition("provided.al2", "h"), new Zip().file("bootstrap", "#!/bin/sh\n"));
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome))
                .isEqualTo("{\"errorType\":\"Runtime.InvalidEntrypoint\",\"errorMessage\":\"RequestId: " + ID
                        + " Error: fork/exec /var/task/bootstrap: permission denied\"}");
    }

    @Test
    void a_wrapper_that_is_not_there_is_an_exit_with_status_127() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                definition("python3.11", "app.handler")
                        .withEnvironment(Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/opt/missing")),
                "def handler(event, context): pass\n");
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome)).contains("Runtime exited with error: exit status 127");
    }

    @Test
    void a_runtime_that_does_not_exist_is_refused_when_it_is_prepared() {
        // When, then
        assertThatThrownBy(() -> workshop.prepare(definition("cobol1", "h"), new Zip().file("a", "")))
                .isInstanceOf(InvalidHandlerException.class)
                .hasMessage("function 'orders' has runtime 'cobol1', expected java*, python3.*, nodejs* or one of"
                        + " [provided, provided.al2, provided.al2023]");
    }

    @Test
    void nothing_of_the_servers_environment_is_seen() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                definition("python3.11", "app.handler")
                        .withEnvironment(Map.of("COLOUR", "blue", "AWS_REGION", "mars", "LANG", "C")),
                """
                        import os
                        def handler(event, context):
                            return "\\n".join(sorted("%s=%s" % kv for kv in os.environ.items()))
                        """);
        // When
        String variables = text(run(environment, "1"));
        // Then
        assertThat(Stream.of(variables.replace("\"", "").split("\\\\n", -1))
                        .map(line -> line.replaceAll("=.*", ""))
                        .filter(name -> !name.equals("LC_CTYPE"))) // Python's own, where the locale is not installed.
                .containsExactlyInAnyOrder(
                        "AWS_ACCESS_KEY_ID",
                        "AWS_DEFAULT_REGION",
                        "AWS_EXECUTION_ENV",
                        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                        "AWS_LAMBDA_FUNCTION_NAME",
                        "AWS_LAMBDA_FUNCTION_VERSION",
                        "AWS_LAMBDA_INITIALIZATION_TYPE",
                        "AWS_LAMBDA_LOG_GROUP_NAME",
                        "AWS_LAMBDA_LOG_STREAM_NAME",
                        "AWS_LAMBDA_RUNTIME_API",
                        "AWS_REGION",
                        "AWS_SECRET_ACCESS_KEY",
                        "AWS_SESSION_TOKEN",
                        "AWS_XRAY_CONTEXT_MISSING",
                        "COLOUR",
                        "HOME",
                        "LAMBDA_RUNTIME_DIR",
                        "LAMBDA_TASK_ROOT",
                        "LANG",
                        "LD_LIBRARY_PATH",
                        "PATH",
                        "PWD",
                        "PYTHONDONTWRITEBYTECODE",
                        "PYTHONPATH",
                        "PYTHONUNBUFFERED",
                        "TMPDIR",
                        "TZ",
                        "_X_AMZN_TRACE_ID",
                        "_HANDLER");
        assertThat(variables)
                .contains("AWS_REGION=us-east-1")
                .contains("COLOUR=blue")
                .contains("LANG=C\\n");
    }

    @Test
    void a_provisioned_environment_that_cannot_be_initialised_says_why_and_is_over() {
        // Given
        ExecutionEnvironment environment = workshop.python("raise ValueError('no config')\n");
        // When
        Optional<FunctionError> failure = Workshop.init(environment);
        // Then
        assertThat(failure).hasValueSatisfying(error -> {
            assertThat(error.errorType()).isEqualTo("ValueError");
            assertThat(error.errorMessage()).isEqualTo("no config");
        });
        assertThat(environment.state()).isEqualTo(EnvironmentState.SHUTDOWN);
    }

    @Test
    void a_provisioned_environment_is_told_so_and_is_ready() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                import os
                def handler(event, context):
                    return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]
                """);
        // When
        Optional<FunctionError> failure = Workshop.init(environment);
        // Then
        assertThat(failure).isEmpty();
        assertThat(environment.state()).isEqualTo(EnvironmentState.READY);
        assertThat(text(run(environment, "1"))).isEqualTo("\"provisioned-concurrency\"");
    }

    @Test
    void shutting_down_cuts_off_what_runs_and_leaves_nothing() throws IOException {
        // Given
        String sleeping = "sleep 9876" + ProcessHandle.current().pid(); // Of this build alone.
        ExecutionEnvironment environment = workshop.shell("next\n" + sleeping + "\n");
        CompletableFuture<Outcome> running = Workshop.start(environment, Workshop.event(ID, "1"));
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !Processes.with(sleeping)
                .isEmpty());
        // When
        environment.shutdown(ShutdownReason.SPINDOWN);
        Outcome outcome = Workshop.await(running);
        // Then
        assertThat(payload(outcome)).contains("Runtime exited because the platform was closed");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> workshop.environments.count() == 0);
        assertThat(Processes.with(sleeping)).isEmpty();
        assertThat(directory.resolve("work/environments")).isEmptyDirectory();
        assertThat(payload(run(environment, "2"))).contains("Runtime exited because the platform was closed");
    }

    @Test
    void released_code_is_deleted_when_its_last_environment_has_ended() throws IOException {
        // Given
        PreparedFunction function = workshop.prepare(
                definition("python3.11", "app.handler"), new Zip().file("app.py", "def handler(e, c): return e\n"));
        ExecutionEnvironment environment = function.create();
        run(environment, "1");
        // When
        function.release();
        String afterwards = text(run(environment, "2"));
        environment.shutdown(ShutdownReason.SPINDOWN);
        // Then
        assertThat(afterwards).isEqualTo("2");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> isEmpty(directory.resolve("work/versions")));
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }
}
