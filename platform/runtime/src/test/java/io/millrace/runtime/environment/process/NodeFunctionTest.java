package io.millrace.runtime.environment.process;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Node.js functions with our own small client. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class NodeFunctionTest {
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

    private ExecutionEnvironment node(String file, String code) {
        return workshop.environment(definition("nodejs20.x", "app.handler"), new Zip().file(file, code));
    }

    @Test
    void an_async_handler_in_an_ES_module_answers() {
        // Given
        ExecutionEnvironment environment = node(
                "app.mjs",
                """
                let count = 0;
                export const handler = async (event, context) =>
                  [++count, event, context.functionName, context.getRemainingTimeInMillis() > 9000];
                """);
        // When
        String first = text(run(environment, "{\"a\":1}"));
        String second = text(run(environment, "2"));
        // Then
        assertThat(first).isEqualTo("[1,{\"a\":1},\"orders\",true]");
        assertThat(second).isEqualTo("[2,2,\"orders\",true]");
    }

    @Test
    void a_handler_with_a_callback_in_a_CommonJS_module_answers() {
        // Given
        ExecutionEnvironment environment = node(
                "app.js",
                """
                exports.handler = (event, context, callback) => setTimeout(() => callback(null, { got: event }), 5);
                """);
        // When
        String result = text(run(environment, "1"));
        // Then
        assertThat(result).isEqualTo("{\"got\":1}");
    }

    @Test
    void an_error_has_a_trace() {
        // Given
        ExecutionEnvironment environment = node(
                "app.mjs",
                """
                export const handler = async () => { throw new TypeError('no such order'); };
                """);
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome))
                .startsWith("{\"errorType\":\"TypeError\",\"errorMessage\":\"no such order\","
                        + "\"trace\":[\"TypeError: no such order\",\"    at ");
        assertThat(environment.state()).isEqualTo(EnvironmentState.READY);
    }

    @Test
    void a_module_that_cannot_be_found_is_an_error_of_the_initialisation() {
        // Given
        ExecutionEnvironment environment = node("app.mjs", "import 'nothing-of-that-name';\n");
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome))
                .startsWith(
                        "{\"errorType\":\"Runtime.ImportModuleError\",\"errorMessage\":\"Error: Cannot find package");
    }

    @Test
    void code_with_a_syntax_error_is_an_error_of_the_initialisation() {
        // Given
        ExecutionEnvironment environment = node("app.js", "exports.handler = async ( => 1;\n");
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(Workshop.error(outcome).errorType()).isEqualTo("Runtime.UserCodeSyntaxError");
    }

    @Test
    void an_exception_outside_of_the_handler_ends_the_invocation_and_the_process() {
        // Given
        ExecutionEnvironment environment = node(
                "app.mjs",
                """
                export const handler = (event, context, callback) => {
                  setTimeout(() => { throw new Error('from afar'); }, 5);
                };
                """);
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome)).startsWith("{\"errorType\":\"Error\",\"errorMessage\":\"from afar\"");
    }

    @Test
    void a_rejection_that_nobody_handles_is_an_error() {
        // Given
        ExecutionEnvironment environment = node(
                "app.mjs",
                """
                export const handler = (event, context, callback) => { Promise.reject(new Error('lost')); };
                """);
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome))
                .startsWith("{\"errorType\":\"Runtime.UnhandledPromiseRejection\",\"errorMessage\":\"lost\"");
    }

    @Test
    void process_exit_in_a_handler_is_an_exit_and_the_next_invocation_starts_anew() {
        // Given
        ExecutionEnvironment environment = node(
                "app.mjs",
                """
                let count = 0;
                export const handler = async (event) => { if (event.exit) process.exit(9); return ++count; };
                """);
        run(environment, "{}");
        // When
        Outcome outcome = run(environment, "{\"exit\":true}");
        String next = text(run(environment, "{}"));
        // Then
        assertThat(payload(outcome)).contains("Error: Runtime exited with error: exit status 9\"");
        assertThat(next).isEqualTo("1");
    }

    @Test
    void a_handler_that_blocks_its_event_loop_times_out() {
        // Given
        ExecutionEnvironment environment = workshop.environment(
                definition("nodejs20.x", "app.handler").withTimeout(Duration.ofMillis(800)),
                new Zip().file("app.mjs", "export const handler = async () => { for (;;) {} };\n"));
        // When
        Outcome outcome = run(environment, "{}");
        // Then
        assertThat(payload(outcome)).contains("Task timed out after 0.80 seconds");
        assertThat(environment.state()).isEqualTo(EnvironmentState.RESET);
    }
}
