package io.millrace.runtime.environment.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.invocation.Outcome.Succeeded;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A machine with room for one process. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class ProcessRoomTest {
    @TempDir
    Path directory;

    private Workshop workshop;

    @BeforeEach
    void open() {
        workshop = new Workshop(directory, Workshop.options(directory).withMaximumProcesses(1));
    }

    @AfterEach
    void close() {
        workshop.close();
    }

    private FunctionEnvironments deploy(String script) {
        return deploy(workshop, script);
    }

    private static FunctionEnvironments deploy(Workshop workshop, String script) {
        return deploy(workshop, script, Duration.ofSeconds(60));
    }

    private static FunctionEnvironments deploy(Workshop workshop, String script, Duration timeout) {
        Zip code = new Zip().executable("bootstrap", "#!/bin/sh\n" + Shell.LIBRARY + script);
        return workshop.environments.deploy(
                Workshop.definition("provided.al2023", "handler").withTimeout(timeout),
                workshop.archive(code),
                () -> {});
    }

    private static CompletableFuture<Outcome> start(FunctionEnvironments function) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        function.run(Workshop.event(Workshop.ID, "1"), Capacity.ON_DEMAND, outcome::complete);
        return outcome;
    }

    @Test
    void asking_for_room_ends_nothing_and_a_start_ends_what_is_idle_elsewhere() {
        // Given
        FunctionEnvironments idle = deploy("while next; do respond 1; done");
        FunctionEnvironments other = deploy("while next; do respond 2; done");
        assertThat(Workshop.await(start(idle))).isInstanceOf(Succeeded.class);
        // When
        for (int asked = 0; asked < 3; asked++) {
            assertThat(other.hasRoom(InvocationType.REQUEST_RESPONSE)).isTrue();
        }
        // Then
        assertThat(idle.count()).isEqualTo(1);
        assertThat(Workshop.await(start(other))).isInstanceOf(Succeeded.class);
        assertThat(idle.count()).isZero();
    }

    @Test
    void there_is_no_room_beside_a_process_that_is_busy() {
        // Given
        FunctionEnvironments busy = deploy(workshop, "while next; do sleep 600; done", Duration.ofSeconds(3));
        FunctionEnvironments other = deploy("while next; do respond 2; done");
        CompletableFuture<Outcome> running = start(busy);
        // Then
        assertThat(other.hasRoom(InvocationType.REQUEST_RESPONSE)).isFalse();
        // When it has timed out, it is idle
        assertThat(Workshop.await(running)).isInstanceOf(FunctionError.class);
        assertThat(other.hasRoom(InvocationType.REQUEST_RESPONSE)).isTrue();
    }

    @Test
    void what_nobody_needs_has_what_is_idle_of_its_own_and_ends_nothing_of_others() {
        // Given
        FunctionEnvironments idle = deploy("while next; do respond 1; done");
        FunctionEnvironments other = deploy("while next; do respond 2; done");
        assertThat(Workshop.await(start(idle))).isInstanceOf(Succeeded.class);
        // Then
        assertThat(idle.hasRoomToSpare()).isTrue();
        assertThat(other.hasRoom(InvocationType.EVENT)).isTrue();
        assertThat(other.hasRoomToSpare()).isFalse();
    }

    @Test
    void what_nobody_needs_leaves_two_places_free_and_starts_beside_no_other_start() throws IOException {
        try (Workshop larger = new Workshop(
                directory.resolve("larger"),
                Workshop.options(directory.resolve("larger")).withMaximumProcesses(4))) {
            // Given
            Path go = directory.resolve("go");
            FunctionEnvironments first =
                    deploy(larger, "until [ -e " + go + " ]; do sleep 0.05; done; while next; do respond 1; done");
            FunctionEnvironments second = deploy(larger, "while next; do respond 2; done");
            FunctionEnvironments other = deploy(larger, "while next; do respond 3; done");
            assertThat(other.hasRoomToSpare()).isTrue();
            // When one starts
            CompletableFuture<Outcome> starting = start(first);
            assertThat(other.hasRoomToSpare()).isFalse();
            Files.createFile(go);
            assertThat(Workshop.await(starting)).isInstanceOf(Succeeded.class);
            // Then one of four lives, and then two
            assertThat(other.hasRoomToSpare()).isTrue();
            assertThat(Workshop.await(start(second))).isInstanceOf(Succeeded.class);
            assertThat(other.hasRoom(InvocationType.EVENT)).isTrue();
            assertThat(other.hasRoomToSpare()).isFalse();
        }
    }
}
