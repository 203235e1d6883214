package io.millrace.idempotency;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The keys that were completed or asked for last, so that a duplicate need not ask the database. A completed record does
 * not change until its time is over, so what is found here is as true as what is found there. Keys in progress are never
 * kept. Thread-safe; never blocks.
 */
public final class CompletedKeys {
    /** Of a result; larger ones are asked for. */
    private static final int MOST_BYTES = 4_096;

    private final Clock clock;
    private final Map<Digest, Claim.Completed> kept;

    /** @param most keys that are kept; 0 keeps none */
    public CompletedKeys(int most, Clock clock) {
        this.clock = clock;
        this.kept = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Digest, Claim.Completed> eldest) {
                return size() > most;
            }
        };
    }

    public synchronized void put(Digest key, Claim.Completed completed) {
        if (completed.result().payload().length <= MOST_BYTES) {
            kept.put(key, completed);
        }
    }

    /** Completed or OtherPayload, if that is known here. */
    public synchronized Optional<Claim> find(ClaimRequest request) {
        Claim.Completed completed = kept.get(request.key());
        if (completed == null) {
            return Optional.empty();
        }
        if (!clock.instant().isBefore(completed.until())) {
            kept.remove(request.key());
            return Optional.empty();
        }
        boolean differs = request.payload().isPresent()
                && completed.payload().isPresent()
                && !request.payload().equals(completed.payload());
        return Optional.of(differs ? new Claim.OtherPayload() : completed);
    }

    synchronized int size() {
        return kept.size();
    }
}
