package io.millrace.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.invocation.Outcome.Succeeded;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.dispatch.PlatformErrors;
import io.millrace.runtime.environment.EnvironmentPool.Rules;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments.AllocationListener;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.environment.inprocess.InProcessEnvironments;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class LazyEnvironmentsTest {
    private static final FunctionName NAME = new FunctionName("orders");
    private static final FunctionHandler ECHO = (event, context) -> event;

    private final InProcessEnvironments inProcess =
            new InProcessEnvironments(100, new Rules(Duration.ofMillis(1), Duration.ofHours(1)));
    /** Loading happens when a test says so. */
    private final Queue<Runnable> toDo = new ArrayDeque<>();

    private final List<String> loads = new ArrayList<>();
    private boolean broken;
    private final LazyEnvironments environments = new LazyEnvironments(
            this::load, true, toDo::add, failed -> PlatformErrors.of("Runtime.InvalidEntrypoint", "cannot be read"));

    @AfterEach
    void close() {
        environments.close();
        inProcess.close();
    }

    private FunctionEnvironments load() {
        loads.add("loaded");
        if (broken) {
            throw new IllegalStateException("broken");
        }
        return inProcess.deploy(FunctionDefinition.of(NAME, "echo"), new HandlerSource.Instance(ECHO), () -> {});
    }

    private CompletableFuture<Outcome> run(String event) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        Invocation invocation = new Invocation(
                "8f507cfc-1b2c-4f2d-9a34-8f5c2a3f4b5c",
                FunctionArn.of("us-east-1", "000000000000", NAME),
                InvocationType.EVENT,
                event.getBytes(StandardCharsets.UTF_8),
                Optional.empty(),
                Map.of());
        environments.run(invocation, Capacity.ON_DEMAND, outcome::complete);
        return outcome;
    }

    private void doAll() {
        for (Runnable next = toDo.poll(); next != null; next = toDo.poll()) {
            next.run();
        }
    }

    private static String text(CompletableFuture<Outcome> outcome) {
        Outcome ended = outcome.orTimeout(30, TimeUnit.SECONDS).join();
        return new String(((Succeeded) ended).response(), StandardCharsets.UTF_8);
    }

    @Test
    void attempts_wait_until_the_code_is_loaded_and_it_is_loaded_once() {
        CompletableFuture<Outcome> first = run("1");
        CompletableFuture<Outcome> second = run("2");
        assertThat(first).isNotDone();

        doAll();

        assertThat(text(first)).isEqualTo("1");
        assertThat(text(second)).isEqualTo("2");
        assertThat(text(run("3"))).isEqualTo("3");
        assertThat(loads).hasSize(1);
    }

    @Test
    void whether_there_is_room_to_spare_is_known_once_the_code_is_loaded_or_cannot_be() {
        try (LazyEnvironments elsewhere = new LazyEnvironments(
                this::load, false, toDo::add, failed -> PlatformErrors.of("Runtime.InvalidEntrypoint", "no"))) {
            broken = true;
            assertThat(elsewhere.hasRoomToSpare()).isFalse();
            assertThat(elsewhere.hasRoomToSpare()).isFalse();
            doAll();
            assertThat(loads).hasSize(1);
            assertThat(elsewhere.hasRoomToSpare()).isTrue();
        }
        try (LazyEnvironments elsewhere = new LazyEnvironments(
                this::load, false, toDo::add, failed -> PlatformErrors.of("Runtime.InvalidEntrypoint", "no"))) {
            broken = false;
            assertThat(elsewhere.hasRoomToSpare()).isFalse();
            doAll();
            assertThat(elsewhere.hasRoomToSpare()).isTrue();
        }
    }

    @Test
    void code_that_cannot_be_loaded_ends_the_attempts_that_wait_and_is_tried_again_by_the_next() {
        broken = true;
        CompletableFuture<Outcome> first = run("1");
        doAll();
        assertThat(first.join()).isInstanceOfSatisfying(FunctionError.class, error -> assertThat(error.errorMessage())
                .isEqualTo("cannot be read"));

        broken = false;
        CompletableFuture<Outcome> second = run("2");
        doAll();
        assertThat(text(second)).isEqualTo("2");
    }

    @Test
    void provisioned_environments_are_made_when_the_code_is_loaded() throws Exception {
        CompletableFuture<Integer> available = new CompletableFuture<>();
        environments.provision(2, new AllocationListener() {
            @Override
            public void available(int now) {
                if (now == 2) {
                    available.complete(now);
                }
            }

            @Override
            public void failed(String reason) {
                available.completeExceptionally(new IllegalStateException(reason));
            }
        });
        doAll();
        assertThat(available.get(30, TimeUnit.SECONDS)).isEqualTo(2);
    }

    @Test
    void code_nobody_uses_is_let_go_of_and_comes_back_when_it_is_used() {
        CompletableFuture<Outcome> first = run("1");
        doAll();
        text(first);
        while (environments.count() > 0) {
            Thread.onSpinWait(); // Its one environment is retired after a millisecond.
        }

        environments.unloadIfUnusedFor(Duration.ofHours(1));
        text(run("2"));
        assertThat(loads).as("still used").hasSize(1);
        while (environments.count() > 0) {
            Thread.onSpinWait();
        }
        environments.unloadIfUnusedFor(Duration.ZERO);
        CompletableFuture<Outcome> third = run("3");
        doAll();
        assertThat(text(third)).isEqualTo("3");
        assertThat(loads).hasSize(2);
    }

    @Test
    void after_the_close_what_waits_still_runs_and_nothing_new_is_taken() {
        CompletableFuture<Outcome> waiting = run("1");
        environments.close();
        doAll();
        assertThat(text(waiting)).isEqualTo("1");
        assertThatIllegalStateException().isThrownBy(() -> run("2"));
    }
}
