package io.millrace.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.deployment.Changes.Accepted;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ChangesTest {
    private static final long PATIENCE_SECONDS = 60;

    private final Vertx vertx = Vertx.vertx();
    private final Changes changes = new Changes(vertx);
    private final List<String> said = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        answer(vertx.close());
    }

    private static <T> T answer(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void the_first_step_is_answered_and_the_next_change_waits_for_the_second() throws Exception {
        // Given
        CountDownLatch answered = new CountDownLatch(1);
        Future<String> stored = changes.inTwoSteps(() -> new Accepted<>("stored", () -> {
            await(answered);
            said.add("second step");
        }));
        Future<Boolean> next = changes.run(() -> said.add("next change"));
        // When
        String answer = answer(stored);
        // Then
        assertThat(answer).isEqualTo("stored");
        assertThat(said).isEmpty();
        answered.countDown();
        answer(next);
        assertThat(said).containsExactly("second step", "next change");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_first_step_that_fails_is_the_answer_and_others_go_on() throws Exception {
        Future<String> refused = changes.inTwoSteps(() -> {
            throw new IllegalStateException("refused");
        });

        assertThatThrownBy(() -> answer(refused)).hasRootCauseMessage("refused");
        assertThat(answer(changes.run(() -> "done"))).isEqualTo("done");
    }

    @Test
    void what_was_done_is_undone_where_a_step_fails() {
        IllegalStateException full = new IllegalStateException("disk full");

        assertThatThrownBy(() -> Changes.orUndo(() -> fail(full), () -> said.add("undone")))
                .isSameAs(full);
        Changes.orUndo(() -> said.add("done"), () -> said.add("undone again"));

        assertThat(said).containsExactly("undone", "done");
    }

    @Test
    void a_failure_of_the_undoing_hides_nothing() {
        IllegalStateException full = new IllegalStateException("disk full");
        IllegalStateException away = new IllegalStateException("broker away");

        assertThatThrownBy(() -> Changes.orUndo(() -> fail(full), () -> fail(away)))
                .isSameAs(full)
                .hasSuppressedException(away);
    }

    private static void fail(RuntimeException failure) {
        throw failure;
    }
}
