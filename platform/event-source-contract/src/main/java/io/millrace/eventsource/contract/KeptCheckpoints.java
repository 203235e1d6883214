package io.millrace.eventsource.contract;

import io.millrace.eventsource.Checkpoints;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Positions of one mapping that outlive its source, but not the test. */
public final class KeptCheckpoints implements Checkpoints {
    private static final int LONGEST = 1_024;

    private final Map<String, String> positions = new ConcurrentHashMap<>();

    @Override
    public Optional<String> find(String partition) {
        return Optional.ofNullable(positions.get(partition));
    }

    @Override
    public Map<String, String> all() {
        return Map.copyOf(positions);
    }

    @Override
    public void save(String partition, String position) {
        if (position.length() > LONGEST) {
            throw new IllegalArgumentException("A position of " + position.length() + " characters, at most 1,024");
        }
        positions.put(partition, position);
    }

    @Override
    public void forget(String partition) {
        positions.remove(partition);
    }
}
