package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WorkerPoolTest {

    @Test
    void task_starts_at_once_even_when_all_threads_block() throws InterruptedException {
        // Given
        try (WorkerPool pool = new WorkerPool("test", 1000, () -> 0)) {
            CountDownLatch started = new CountDownLatch(500);
            CountDownLatch release = new CountDownLatch(1);
            // When
            for (int i = 0; i < 500; i++) {
                pool.execute(() -> {
                    started.countDown();
                    awaitQuietly(release);
                });
            }
            // Then
            assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
            release.countDown();
        }
    }

    @Test
    void tasks_beyond_the_maximum_wait_for_a_thread() throws InterruptedException {
        // Given
        try (WorkerPool pool = new WorkerPool("test", 2, () -> 0)) {
            AtomicInteger atOnce = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CountDownLatch done = new CountDownLatch(50);
            // When
            for (int i = 0; i < 50; i++) {
                pool.execute(() -> {
                    most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                    Thread.onSpinWait();
                    atOnce.decrementAndGet();
                    done.countDown();
                });
            }
            // Then
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(most).hasValueLessThanOrEqualTo(2);
        }
    }

    @Test
    void lost_threads_do_not_count_against_the_maximum() throws InterruptedException {
        // Given
        AtomicInteger lost = new AtomicInteger();
        try (WorkerPool pool = new WorkerPool("test", 1, lost::get)) {
            CountDownLatch release = new CountDownLatch(1);
            CountDownLatch second = new CountDownLatch(1);
            pool.execute(() -> awaitQuietly(release));
            // When
            lost.set(1);
            pool.execute(second::countDown);
            // Then
            assertThat(second.await(60, TimeUnit.SECONDS)).isTrue();
            release.countDown();
        }
    }

    @Test
    void no_task_is_lost_when_many_threads_submit() throws InterruptedException {
        // Given
        try (WorkerPool pool = new WorkerPool("test", 8, () -> 0)) {
            CountDownLatch done = new CountDownLatch(4 * 20_000);
            // When
            for (int i = 0; i < 4; i++) {
                new Thread(() -> {
                            for (int n = 0; n < 20_000; n++) {
                                pool.execute(done::countDown);
                            }
                        })
                        .start();
            }
            // Then
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void threads_end_when_the_pool_is_closed() {
        // Given
        WorkerPool pool = new WorkerPool("closing-pool", 8, () -> 0);
        pool.execute(() -> {});
        // When
        pool.close();
        // Then
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .noneMatch(thread -> thread.getName().startsWith("closing-pool")));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
