package io.millrace.console.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.DeadLetterGroups;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.GroupsProgress;
import io.millrace.deadletter.ScanResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GroupScanTest {
    private final Vertx vertx = Vertx.vertx();
    private long now;
    private final GroupScan scan =
            new GroupScan("g1", new DeadLetterQueue("dlq.orders", "dlq.orders", Optional.empty(), 9, 0, 0), () -> now);

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static GroupsProgress progress(long seen) {
        return new GroupsProgress(seen, 9, List.of());
    }

    private static DeadLetterGroups all() {
        return new DeadLetterGroups(List.of(), 0, new ScanResult(9, 9, 0, 9, 9, 0, false, false));
    }

    @Test
    void all_who_ask_get_the_same_news_and_those_who_had_them_the_next() {
        // Given
        Future<ObjectNode> one = scan.after(0, vertx);
        Future<ObjectNode> other = scan.after(0, vertx);
        // When
        scan.progress(progress(3));
        Future<ObjectNode> next = scan.after(one.result().path("version").asLong(), vertx);
        boolean waited = !next.isComplete();
        scan.ended(all());
        // Then
        assertThat(one.result()).isEqualTo(other.result());
        assertThat(one.result().path("seen").asLong()).isEqualTo(3);
        assertThat(waited).isTrue();
        assertThat(next.result().path("done").asBoolean()).isTrue();
        assertThat(next.result().path("exact").asBoolean()).isTrue();
    }

    @Test
    void it_ends_when_nobody_has_asked_for_a_while_and_not_before() {
        // Given
        Future<ObjectNode> asked = scan.after(0, vertx);
        // When
        now = Duration.ofSeconds(8).toNanos();
        scan.progress(progress(1)); // Somebody still waits for it.
        now = Duration.ofSeconds(14).toNanos();
        // Then
        assertThat(asked.succeeded()).isTrue();
        assertThatThrownBy(() -> scan.progress(progress(2))).isInstanceOf(GroupScan.AbandonedException.class);
        assertThat(scan.isRunning()).isFalse();
    }

    @Test
    void who_wants_the_end_only_keeps_it_going_and_sees_what_there_is_so_far() {
        // Given
        Future<DeadLetterGroups> end = scan.all();
        now = Duration.ofSeconds(4).toNanos();
        scan.wanted();
        // When
        now = Duration.ofSeconds(8).toNanos();
        scan.progress(progress(3));
        boolean waited = !end.isComplete();
        Optional<GroupsProgress> soFar = scan.soFar();
        scan.ended(all());
        // Then
        assertThat(waited).isTrue();
        assertThat(soFar).contains(progress(3));
        assertThat(end.result()).isEqualTo(all());
    }

    @Test
    void what_took_long_is_kept_longer() {
        // When
        now = Duration.ofSeconds(2).toNanos();
        scan.ended(all());
        now = Duration.ofSeconds(41).toNanos();
        boolean after39 = scan.isFresh();
        now = Duration.ofSeconds(43).toNanos();
        // Then
        assertThat(after39).isTrue();
        assertThat(scan.isFresh()).isFalse();
    }

    @Test
    void who_waits_is_told_that_it_failed() {
        // Given
        Future<ObjectNode> asked = scan.after(0, vertx);
        // When
        scan.failed(new IllegalStateException("gone"));
        // Then
        assertThat(asked.cause()).hasMessage("gone");
    }
}
