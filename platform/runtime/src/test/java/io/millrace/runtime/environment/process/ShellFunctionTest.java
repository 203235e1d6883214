package io.millrace.runtime.environment.process;

import static io.millrace.runtime.environment.process.Workshop.ID;
import static io.millrace.runtime.environment.process.Workshop.definition;
import static io.millrace.runtime.environment.process.Workshop.payload;
import static io.millrace.runtime.environment.process.Workshop.run;
import static io.millrace.runtime.environment.process.Workshop.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.FunctionDefinition;
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

/** Functions that bring their own runtime, here in shell. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ShellFunctionTest {
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
    void the_event_goes_in_and_the_answer_comes_out_again_and_again() {
        // Given
        ExecutionEnvironment environment = workshop.shell(
                """
                while next; do respond "{\\"got\\":$EVENT}"; done
                """);
        // When
        String first = text(run(environment, "1"));
        String second = text(run(environment, "{\"a\":2}"));
        // Then
        assertThat(first).isEqualTo("{\"got\":1}");
        assertThat(second).isEqualTo("{\"got\":{\"a\":2}}");
        assertThat(environment.state()).isEqualTo(EnvironmentState.READY);
    }

    @Test
    void an_error_is_handed_on_as_it_was_posted() {
        // Given
        ExecutionEnvironment environment = workshop.shell(
                """
                while next; do fail '{"errorMessage":"no","errorType":"Mine","extra":1}'; done
                """);
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome)).isEqualTo("{\"errorMessage\":\"no\",\"errorType\":\"Mine\",\"extra\":1}");
        assertThat(Workshop.error(outcome).errorType()).isEqualTo("Mine");
        assertThat(environment.state()).isEqualTo(EnvironmentState.READY);
    }

    @Test
    void a_timeout_takes_the_memory_and_leaves_tmp() {
        // Given
        FunctionDefinition definition = definition("provided.al2023", "handler").withTimeout(Duration.ofSeconds(8));
        ExecutionEnvironment environment = workshop.shell(
                definition,
                """
                count=0
                while next; do
                  count=$((count + 1))
                  echo x >> $TMPDIR/runs
                  if [ "$EVENT" = '"hang"' ]; then sleep 300; fi
                  respond "[$count,$(wc -l < $TMPDIR/runs)]"
                done
                """);
        run(environment, "1");
        // When
        Outcome late = run(environment, "\"hang\"");
        EnvironmentState afterwards = environment.state();
        String next = text(run(environment, "2"));
        // Then
        assertThat(payload(late))
                .isEqualTo("{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: " + ID
                        + " Error: Task timed out after 8.00 seconds\"}");
        assertThat(afterwards).isEqualTo(EnvironmentState.RESET);
        assertThat(next).isEqualTo("[1,3]");
    }

    @Test
    void an_exit_code_is_named() {
        // Given
        ExecutionEnvironment environment = workshop.shell("next; exit 7");
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome))
                .isEqualTo("{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: " + ID
                        + " Error: Runtime exited with error: exit status 7\"}");
        assertThat(environment.state()).isEqualTo(EnvironmentState.RESET);
    }

    @Test
    void an_exit_without_a_reason_is_named() {
        // Given
        ExecutionEnvironment environment = workshop.shell("next; exit 0");
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome))
                .isEqualTo("{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: " + ID
                        + " Error: Runtime exited without providing a reason\"}");
    }

    @Test
    void a_signal_is_named() {
        // Given
        ExecutionEnvironment environment = workshop.shell("next; kill -KILL $$");
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome))
                .isEqualTo("{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: " + ID
                        + " Error: Runtime exited with error: signal: killed\"}");
    }

    @Test
    void a_failed_initialisation_is_tried_once_more_and_then_shown() {
        // Given
        ExecutionEnvironment environment = workshop.shell(
                """
                echo x >> $TMPDIR/starts
                curl -sS -o /dev/null -X POST "$API/init/error" -d "{\\"errorMessage\\":\\"start $(wc -l < $TMPDIR/starts)\\",\\"errorType\\":\\"Mine.Init\\"}"
                exit 1
                """);
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome)).isEqualTo("{\"errorMessage\":\"start 2\",\"errorType\":\"Mine.Init\"}");
        assertThat(environment.state()).isEqualTo(EnvironmentState.RESET);
    }
}
