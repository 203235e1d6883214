package io.millrace.runtime.environment.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TimerTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** The first of all is the heartbeat of a connection to the broker. */
    @Test
    void a_timer_that_was_never_started_cancels_nobody_elses() throws InterruptedException {
        // Given
        CountDownLatch heartbeat = new CountDownLatch(1);
        vertx.setTimer(50, now -> heartbeat.countDown());
        Timer timer = new Timer(vertx);
        // When
        timer.cancel();
        timer.start(Duration.ofHours(1), () -> {});
        timer.cancel();
        // Then
        assertThat(heartbeat.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_limit_that_another_took_the_place_of_is_never_over() throws InterruptedException {
        // Given
        CountDownLatch second = new CountDownLatch(1);
        AtomicInteger first = new AtomicInteger();
        vertx.runOnContext(now -> {
            Timer timer = new Timer(vertx);
            timer.start(Duration.ofMillis(1), first::incrementAndGet);
            // When
            timer.start(Duration.ofMillis(50), second::countDown);
        });
        // Then
        assertThat(second.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(first).hasValue(0);
    }
}
