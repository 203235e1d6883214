package io.millrace.runtime.registry;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.SourceAwayException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far event source mappings have come, in the registry's database; all in memory too. Thread-safe. Those who save
 * while another does share the next transaction, and its fsync.
 */
public final class CheckpointStore {
    private static final int LONGEST_PARTITION = 512;
    private static final int LONGEST_POSITION = 1_024;

    private final RegistryDatabase database;
    private final Map<CheckpointTable.Key, String> positions;
    /** Held by the one who writes a round. */
    private final Object writing = new Object();

    private Round filling = new Round();

    /** @throws RegistryUnavailableException when the database cannot be read */
    CheckpointStore(RegistryDatabase database) {
        this.database = database;
        this.positions = new ConcurrentHashMap<>(database.read(CheckpointTable::all));
    }

    /** What is saved together. Its results are read and written by who holds {@code writing}. */
    private static final class Round {
        private final Map<CheckpointTable.Key, Optional<String>> changes = new LinkedHashMap<>();
        private boolean isWritten;
        private Optional<RegistryUnavailableException> failure = Optional.empty();
    }

    /** @param mapping its UUID */
    public Checkpoints of(String mapping) {
        return new OfMapping(mapping);
    }

    /**
     * Forgets what was kept for mappings other than these; blocks.
     *
     * @throws RegistryUnavailableException if that could not be written; nothing has changed then
     */
    public void retain(Set<String> mappings) {
        Map<CheckpointTable.Key, Optional<String>> gone = new HashMap<>();
        positions.keySet().stream()
                .filter(key -> !mappings.contains(key.mapping()))
                .forEach(key -> gone.put(key, Optional.empty()));
        if (!gone.isEmpty()) {
            write(gone);
        }
    }

    private void write(Map<CheckpointTable.Key, Optional<String>> changes) {
        Round round = join(changes);
        synchronized (writing) {
            if (!round.isWritten) {
                writeRound(close(round));
            }
            round.failure.ifPresent(failure -> {
                throw failure;
            });
        }
    }

    private synchronized Round join(Map<CheckpointTable.Key, Optional<String>> changes) {
        filling.changes.putAll(changes);
        return filling;
    }

    /** Nobody joins it any more. */
    private synchronized Round close(Round round) {
        filling = new Round();
        return round;
    }

    private void writeRound(Round round) {
        round.isWritten = true;
        try {
            database.write(connection -> {
                for (var change : round.changes.entrySet()) {
                    CheckpointTable.replace(connection, change.getKey(), change.getValue());
                }
            });
        } catch (RegistryUnavailableException failed) {
            round.failure = Optional.of(failed);
            return;
        }
        round.changes.forEach((key, position) ->
                position.ifPresentOrElse(saved -> positions.put(key, saved), () -> positions.remove(key)));
    }

    private final class OfMapping implements Checkpoints {
        private final String mapping;

        OfMapping(String mapping) {
            this.mapping = mapping;
        }

        @Override
        public Optional<String> find(String partition) {
            return Optional.ofNullable(positions.get(new CheckpointTable.Key(mapping, partition)));
        }

        @Override
        public Map<String, String> all() {
            Map<String, String> own = new HashMap<>();
            positions.forEach((key, position) -> {
                if (key.mapping().equals(mapping)) {
                    own.put(key.partition(), position);
                }
            });
            return own;
        }

        @Override
        public void save(String partition, String position) {
            requireShort("partition", partition, LONGEST_PARTITION);
            requireShort("position", position, LONGEST_POSITION);
            change(partition, Optional.of(position));
        }

        @Override
        public void forget(String partition) {
            change(partition, Optional.empty());
        }

        private void change(String partition, Optional<String> position) {
            try {
                write(Map.of(new CheckpointTable.Key(mapping, partition), position));
            } catch (RegistryUnavailableException failed) {
                throw new SourceAwayException("checkpoint of " + partition + " cannot be kept", failed);
            }
        }

        /** One that is too long would fail the others of its transaction. */
        private static void requireShort(String what, String text, int most) {
            if (text.length() > most) {
                throw new IllegalArgumentException(what + " '" + text.substring(0, 40) + "...' has " + text.length()
                        + " characters, expected at most " + most);
            }
        }
    }
}
