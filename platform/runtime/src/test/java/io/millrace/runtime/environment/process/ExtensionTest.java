package io.millrace.runtime.environment.process;

import static io.millrace.runtime.environment.process.Workshop.ID;
import static io.millrace.runtime.environment.process.Workshop.definition;
import static io.millrace.runtime.environment.process.Workshop.payload;
import static io.millrace.runtime.environment.process.Workshop.run;
import static io.millrace.runtime.environment.process.Workshop.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.EnvironmentState;
import io.millrace.runtime.environment.ExecutionEnvironment;
import io.millrace.runtime.environment.ResponseSink;
import io.millrace.runtime.environment.ShutdownReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** External extensions in layers, as processes beside the runtime. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ExtensionTest {
    private static final String WATCHER =
            """
            #!/bin/sh
            API="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
            curl -sS -D $TMPDIR/registered -o $TMPDIR/facts -X POST "$API/register" \
              -H "Lambda-Extension-Name: watcher" -d '{"events":["INVOKE","SHUTDOWN"]}'
            EXTENSION=$(grep -i '^Lambda-Extension-Identifier' $TMPDIR/registered | tr -d '\\r' | cut -d' ' -f2)
            echo "registered $(cat $TMPDIR/facts) task=$LAMBDA_TASK_ROOT"
            while :; do
              E=$(curl -sS "$API/event/next" -H "Lambda-Extension-Identifier: $EXTENSION")
              echo "event $E"
              case "$E" in *SHUTDOWN*) exit 0;; esac
              %s
            done
            """;
    private static final String COUNTING_WHAT_IS_DONE =
            """
            import os
            def handler(event, context):
                done = os.environ["TMPDIR"] + "/done"
                return len(open(done).readlines()) if os.path.exists(done) else 0
            """;
    private static final String ECHO = "def handler(event, context):\n    return event\n";

    @TempDir
    Path directory;

    private Workshop workshop;

    @BeforeEach
    void open() {
        Duration patience = Duration.ofSeconds(60); // What Lambda gives them is less than a busy machine may take.
        workshop = new Workshop(directory, Workshop.options(directory), Duration.ofSeconds(10), patience);
    }

    @AfterEach
    void close() {
        workshop.close();
    }

    private ExecutionEnvironment environment(String code, Duration timeout, String atEachEvent) {
        return workshop.environment(
                definition("python3.11", "app.handler").withTimeout(timeout),
                new Zip().file("app.py", code),
                new Zip().executable("extensions/watcher", WATCHER.formatted(atEachEvent)));
    }

    private List<String> everything() {
        return workshop.log.lines.values().stream().flatMap(List::stream).toList();
    }

    @Test
    void it_hears_of_each_invocation_and_of_the_end() {
        // Given
        ExecutionEnvironment environment = environment(ECHO, Duration.ofSeconds(60), ":");
        // When
        String first = text(run(environment, "1"));
        String second = text(run(environment, "2"));
        environment.shutdown(ShutdownReason.SPINDOWN);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> workshop.environments.count() == 0);
        // Then
        assertThat(List.of(first, second)).containsExactly("1", "2");
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(everything())
                .filteredOn(line -> line.startsWith("event "))
                .hasSizeGreaterThanOrEqualTo(3));
        assertThat(everything())
                .contains("registered {\"functionName\":\"orders\",\"functionVersion\":\"$LATEST\","
                        + "\"handler\":\"app.handler\"} task=")
                .filteredOn(line -> line.startsWith("event "))
                .hasSize(3)
                .anyMatch(line -> line.contains("\"eventType\":\"INVOKE\"") && line.contains(ID))
                .anyMatch(line -> line.contains("\"shutdownReason\":\"SPINDOWN\""));
    }

    @Test
    void the_next_invocation_waits_until_it_is_done_with_the_one_before() {
        // Given
        ExecutionEnvironment environment =
                environment(COUNTING_WHAT_IS_DONE, Duration.ofSeconds(60), "sleep 1; echo x >> $TMPDIR/done");
        // When
        run(environment, "1");
        int done = Integer.parseInt(text(run(environment, "2")));
        // Then
        assertThat(done).isPositive();
    }

    @Test
    void how_long_it_goes_on_after_the_function_is_told() {
        // Given
        ExecutionEnvironment environment = environment(ECHO, Duration.ofSeconds(60), "sleep 1");
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        CompletableFuture<Long> nanosAfter = new CompletableFuture<>();
        // When
        environment.run(
                Workshop.event(ID, "1"),
                new Caller() {
                    @Override
                    public boolean wantsLogTail() {
                        return false;
                    }

                    @Override
                    public void logTail(byte[] tail) {
                        throw new AssertionError("not wanted");
                    }

                    @Override
                    public void extensionsEnded(long nanos) {
                        nanosAfter.complete(nanos);
                    }

                    @Override
                    public Optional<ResponseSink> responseSink() {
                        return Optional.empty();
                    }
                },
                outcome::complete);
        // Then
        assertThat(text(Workshop.await(outcome))).isEqualTo("1");
        assertThat(nanosAfter.orTimeout(60, TimeUnit.SECONDS).join()).isPositive();
    }

    @Test
    void it_counts_into_the_timeout_and_is_told_of_it() {
        // Given
        ExecutionEnvironment environment = environment(
                "import time\ndef handler(event, context):\n    time.sleep(20)\n", Duration.ofSeconds(1), ":");
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome)).contains("Sandbox.Timedout");
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(everything())
                .anyMatch(line -> line.contains("\"shutdownReason\":\"TIMEOUT\"")));
        assertThat(environment.state()).isEqualTo(EnvironmentState.RESET);
    }

    @Test
    void its_crash_is_that_of_the_invocation() {
        // Given
        ExecutionEnvironment environment = environment(
                "import time\ndef handler(event, context):\n    time.sleep(20)\n", Duration.ofSeconds(60), "exit 3");
        // When
        Outcome outcome = run(environment, "1");
        // Then
        assertThat(payload(outcome))
                .isEqualTo("{\"errorType\":\"Extension.Crash\",\"errorMessage\":\"RequestId: " + ID
                        + " Error: extension watcher exited: Runtime exited with error: exit status 3\"}");
    }
}
