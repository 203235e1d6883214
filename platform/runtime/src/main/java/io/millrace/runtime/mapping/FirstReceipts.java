package io.millrace.runtime.mapping;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** When messages that failed came first; the broker does not keep it. For one thread. */
final class FirstReceipts {
    private static final int MOST = 10_000;

    private final Map<String, Instant> times = new LinkedHashMap<>();

    /** Of a message that came before; {@code now} for one that is new, or was forgotten. */
    Instant of(String id, Instant now) {
        return times.getOrDefault(id, now);
    }

    void failed(String id, Instant received) {
        times.putIfAbsent(id, received);
        if (times.size() > MOST) {
            times.remove(times.keySet().iterator().next());
        }
    }

    void done(String id) {
        times.remove(id);
    }
}
