package io.millrace.runtime.dispatch;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Events that went back because their idempotency key is in use, and when they come again: the broker tells neither. The
 * latest ten thousand. Event loop only.
 */
final class GivenBack {
    private static final int MOST = 10_000;

    private final Map<String, Instant> due = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > MOST;
        }
    };

    void add(String id, Instant until) {
        due.put(id, until);
    }

    void cameBack(String id) {
        due.remove(id);
    }

    /** When it comes again; empty unless that is what it waits for. */
    Optional<Instant> until(String id) {
        return Optional.ofNullable(due.get(id));
    }
}
