package io.millrace.runtime.mapping;

import io.millrace.eventsource.Checkpoints;
import java.util.Map;
import java.util.Optional;

/** Of a source that is only looked at: there is nothing to remember. Thread-safe. */
final class NoCheckpoints implements Checkpoints {

    @Override
    public Optional<String> find(String partition) {
        return Optional.empty();
    }

    @Override
    public Map<String, String> all() {
        return Map.of();
    }

    @Override
    public void save(String partition, String position) {}

    @Override
    public void forget(String partition) {}
}
