package io.millrace.runtime.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.idempotency.Claim;
import io.millrace.idempotency.ClaimRequest;
import io.millrace.idempotency.ClaimStore;
import io.millrace.idempotency.Digest;
import io.millrace.idempotency.Ending;
import io.millrace.idempotency.KeyFile;
import io.millrace.idempotency.StoredResult;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a file whose disk takes its time. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(120)
class KeyDeskTest {
    private final CountDownLatch disk = new CountDownLatch(1);

    @TempDir
    Path directory;

    private KeyDesk desk;

    @BeforeEach
    void open() {
        desk = new KeyDesk(
                () -> new SlowDisk(KeyFile.open(directory.resolve("keys"), Clock.systemUTC()), disk),
                10,
                Clock.systemUTC());
    }

    @AfterEach
    void close() {
        disk.countDown();
        desk.close();
    }

    private record SlowDisk(ClaimStore file, CountDownLatch disk) implements ClaimStore {

        @Override
        public List<Claim> claim(List<ClaimRequest> requests) {
            return file.claim(requests);
        }

        @Override
        public Optional<Claim> claimNow(ClaimRequest request) {
            return file.claimNow(request);
        }

        @Override
        public List<Boolean> end(List<Ending> endings) {
            try {
                disk.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            return file.end(endings);
        }

        @Override
        public void tidy() {
            file.tidy();
        }

        @Override
        public void close() {
            file.close();
        }
    }

    private CompletableFuture<Claim> claim(String key) {
        CompletableFuture<Claim> answer = new CompletableFuture<>();
        desk.claim(
                new ClaimRequest(Digest.ofKey("f", key), Optional.empty(), Duration.ofHours(1)), new ClaimListener() {
                    @Override
                    public void claimed(Claim claim) {
                        answer.complete(claim);
                    }

                    @Override
                    public void storeAway(String reason) {
                        answer.completeExceptionally(new IllegalStateException(reason));
                    }
                });
        return answer;
    }

    private Claim.Won won(String key) throws Exception {
        return (Claim.Won) claim(key).get(1, TimeUnit.MINUTES);
    }

    private CompletableFuture<Boolean> complete(Claim.Won won, int bytes) {
        CompletableFuture<Boolean> stored = new CompletableFuture<>();
        desk.end(
                Ending.completed(won, new StoredResult(new byte[bytes], ""), Duration.ofHours(1)),
                Optional.empty(),
                stored::complete);
        return stored;
    }

    @Test
    void a_new_key_need_not_wait_for_the_disk_and_a_result_is_kept_only_when_it_is_there() throws Exception {
        CompletableFuture<Boolean> first = complete(won("first"), 1);

        won("second"); // The desk's thread waits for the disk.

        assertThat(claim("first").get(1, TimeUnit.MINUTES)).isInstanceOf(Claim.InProgress.class);
        assertThat(first).isNotDone();
        disk.countDown();
        assertThat(first.get(1, TimeUnit.MINUTES)).isTrue();
        assertThat(claim("first").get(1, TimeUnit.MINUTES)).isInstanceOf(Claim.Completed.class);
    }

    @Test
    void there_is_room_for_results_that_wait_for_the_disk_but_not_without_end() throws Exception {
        assertThat(desk.hasRoom()).isTrue();
        CompletableFuture<Boolean> small = complete(won("small"), 1);
        assertThat(desk.hasRoom()).isTrue();
        CompletableFuture<Boolean> large = complete(won("large"), 6_000_000);
        CompletableFuture<Boolean> larger = complete(won("larger"), 6_000_000);
        assertThat(desk.hasRoom()).isFalse();

        disk.countDown();

        assertThat(List.of(
                        small.get(1, TimeUnit.MINUTES),
                        large.get(1, TimeUnit.MINUTES),
                        larger.get(1, TimeUnit.MINUTES)))
                .doesNotContain(false);
        assertThat(desk.hasRoom()).isTrue();
    }
}
