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
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python functions with our own small client. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PythonFunctionTest {
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
    void a_handler_sees_event_and_context() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                def handler(event, context):
                    return [event, context.aws_request_id, context.function_name, context.memory_limit_in_mb,
                            context.invoked_function_arn, 50000 < context.get_remaining_time_in_millis() <= 60000]
                """);
        // When
        String result = text(run(environment, "{\"n\":\"ü\"}"));
        // Then
        assertThat(result)
                .isEqualTo("[{\"n\": \"\\u00fc\"}, \"" + ID
                        + "\", \"orders\", \"256\", \"arn:aws:lambda:us-east-1:000000000000:function:orders\", true]");
    }

    @Test
    void since_version_12_answers_are_not_escaped() {
        // Given
        ExecutionEnvironment environment =
                workshop.python(definition("python3.12", "app.handler"), "def handler(e, c): return e\n");
        // When
        String result = text(run(environment, "\"ü\""));
        // Then
        assertThat(result).isEqualTo("\"ü\"");
    }

    @Test
    void an_exception_has_the_shape_of_the_vendors_client() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                def handler(event, context):
                    raise ValueError("no such order")
                """);
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome))
                .startsWith("{\"errorMessage\": \"no such order\", \"errorType\": \"ValueError\", \"requestId\": \""
                        + ID + "\", \"stackTrace\": [\"  File \\\"")
                .contains("line 2, in handler\\n    raise ValueError(\\\"no such order\\\")\\n\"]");
        assertThat(environment.state()).isEqualTo(EnvironmentState.READY);
    }

    @Test
    void a_module_that_is_missing_is_an_error_of_the_initialisation() {
        // Given
        ExecutionEnvironment environment = workshop.python("import nothing_of_that_name\n");
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome))
                .isEqualTo(
                        "{\"errorMessage\": \"Unable to import module 'app': No module named 'nothing_of_that_name'\","
                                + " \"errorType\": \"Runtime.ImportModuleError\", \"requestId\": \"\", \"stackTrace\": []}");
    }

    @Test
    void what_it_prints_is_the_log_of_its_invocation() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                import sys
                print("loading")
                def handler(event, context):
                    print("to stdout")
                    print("to stderr", file=sys.stderr)
                    sys.stdout.write("without an end")
                """);
        // When
        run(environment, "{}");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> workshop.log.isComplete(ID));
        // Then
        assertThat(workshop.log.of("")).contains("loading");
        assertThat(workshop.log.of(ID).subList(0, 5))
                .containsExactly(
                        "START RequestId: " + ID + " Version: $LATEST",
                        "to stdout",
                        "to stderr",
                        "without an end",
                        "END RequestId: " + ID);
        assertThat(workshop.log.of(ID).get(5))
                .matches(
                        "REPORT RequestId: " + ID
                                + "\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 256 MB\\tMax Memory Used: \\d\\d+ MB\\tInit Duration: [\\d.]+ ms\\t");
        assertThat(workshop.log.tails.get(ID)).startsWith("START RequestId").endsWith(" ms\t\n");
    }

    @Test
    void os_exit_in_a_handler_is_an_exit() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                """
                import os
                def handler(event, context):
                    os._exit(3)
                """);
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome)).contains("Error: Runtime exited with error: exit status 3\"");
    }

    @Test
    void an_initialisation_that_hangs_ends_with_the_functions_timeout() {
        // Given
        ExecutionEnvironment environment = workshop.python(
                definition("python3.11", "app.handler").withTimeout(Duration.ofMillis(1500)),
                """
                        import time, os
                        marker = os.environ["TMPDIR"] + "/second"
                        if not os.path.exists(marker):
                            open(marker, "w").close()
                            raise RuntimeError("first time")
                        time.sleep(60)
                        """);
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome)).contains("Sandbox.Timedout").contains("Task timed out after 1.50 seconds");
        assertThat(environment.state()).isEqualTo(EnvironmentState.RESET);
    }
}
