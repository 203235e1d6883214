package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.JsonPointer;
import io.millrace.idempotency.Claim;
import io.millrace.idempotency.ClaimRequest;
import io.millrace.idempotency.ClaimStore;
import io.millrace.idempotency.Digest;
import io.millrace.idempotency.Ending;
import io.millrace.idempotency.KeyFile;
import io.millrace.runtime.idempotency.KeyDesk;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Keys of records in a real file, which can be away. */
final class SuppliedKeys implements AutoCloseable {
    private final Path directory;
    private final KeyDesk desk;
    /** Of the function. */
    final Map<String, String> variables = new ConcurrentHashMap<>();

    volatile boolean away;
    /** Claims that the store was asked for together. */
    final List<Integer> trips = new ArrayList<>();

    SuppliedKeys() {
        try {
            directory = Files.createTempDirectory("keys");
        } catch (IOException noDirectory) {
            throw new UncheckedIOException(noDirectory);
        }
        desk = new KeyDesk(
                () -> new Breakable(KeyFile.open(directory.resolve("keys"), Clock.systemUTC())), 10, Clock.systemUTC());
    }

    RecordKeys of(Vertx vertx) {
        return new RecordKeys(
                vertx,
                desk,
                Duration.ofHours(1),
                function -> Optional.ofNullable(variables.get("MILLRACE_IDEMPOTENCY_ITEM_KEY"))
                        .map(JsonPointer::compile),
                function -> Duration.ofMinutes(10));
    }

    /** As another batch would, for a minute. */
    CompletableFuture<Claim> claim(String key) {
        CompletableFuture<Claim> answer = new CompletableFuture<>();
        Digest digest = Digest.ofKey(FeedingFloor.FUNCTION.function().value() + "/records", key);
        desk.claim(new ClaimRequest(digest, Optional.empty(), Duration.ofMinutes(1)), new CompletingListener(answer));
        return answer;
    }

    void free(Claim claim) {
        desk.end(Ending.freed((Claim.Won) claim), Optional.empty(), freed -> {});
    }

    private record CompletingListener(CompletableFuture<Claim> answer)
            implements io.millrace.runtime.idempotency.ClaimListener {
        @Override
        public void claimed(Claim claim) {
            answer.complete(claim);
        }

        @Override
        public void storeAway(String reason) {
            answer.completeExceptionally(new IllegalStateException(reason));
        }
    }

    private final class Breakable implements ClaimStore {
        private final ClaimStore file;

        Breakable(ClaimStore file) {
            this.file = file;
        }

        private void requireHere() {
            if (away) {
                throw new IllegalStateException("told to be away");
            }
        }

        @Override
        public List<Claim> claim(List<ClaimRequest> requests) {
            requireHere();
            synchronized (trips) {
                trips.add(requests.size());
            }
            return file.claim(requests);
        }

        @Override
        public List<Boolean> end(List<Ending> endings) {
            requireHere();
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

    @Override
    public void close() {
        desk.close();
        try {
            Files.deleteIfExists(directory.resolve("keys"));
            Files.deleteIfExists(directory);
        } catch (IOException left) {
            throw new UncheckedIOException(left);
        }
    }
}
