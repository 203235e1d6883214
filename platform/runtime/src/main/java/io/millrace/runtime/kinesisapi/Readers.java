package io.millrace.runtime.kinesisapi;

import io.millrace.runtime.stream.ShardReader;
import io.vertx.core.Vertx;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Readers that are in the middle of a shard, kept until their client asks on: starting again costs a look at all records
 * of the segment before. Thread-safe; the lock is held for a map update.
 */
final class Readers {
    /** Each may hold some 4 MiB. */
    private static final int MOST = 16;

    private static final long PATIENCE_MILLIS = 30_000;

    private final Vertx vertx;
    private final Map<String, Parked> parked = new LinkedHashMap<>();

    Readers(Vertx vertx) {
        this.vertx = vertx;
    }

    private record Parked(ShardReader reader, long timer) {}

    /** @param key of the iterator that the client was given */
    void park(String key, ShardReader reader) {
        long timer = vertx.setTimer(PATIENCE_MILLIS, late -> take(key).ifPresent(ShardReader::close));
        close(put(key, new Parked(reader, timer)));
        if (isCrowded()) {
            close(removeOldest());
        }
    }

    private synchronized @Nullable Parked put(String key, Parked parking) {
        return parked.put(key, parking);
    }

    private synchronized boolean isCrowded() {
        return parked.size() > MOST;
    }

    private synchronized @Nullable Parked removeOldest() {
        return parked.keySet().stream().findFirst().map(parked::remove).orElse(null);
    }

    private void close(@Nullable Parked one) {
        if (one != null) {
            vertx.cancelTimer(one.timer());
            one.reader().close();
        }
    }

    /** Whoever takes it, parks or closes it. */
    Optional<ShardReader> take(String key) {
        Optional<Parked> taken = remove(key);
        taken.ifPresent(one -> vertx.cancelTimer(one.timer()));
        return taken.map(Parked::reader);
    }

    private synchronized Optional<Parked> remove(String key) {
        return Optional.ofNullable(parked.remove(key));
    }
}
