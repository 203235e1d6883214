package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventFrame;
import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.PartitionedSource.BatchInfo;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.SourceRefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A source of a kind that others wrote: whatever it throws means that it is away, so that a mistake in it stops its own
 * mapping only, and only until the next try. Thread-safe as the source is.
 */
final class GuardedSource {
    private final PartitionedSource source;

    GuardedSource(PartitionedSource source) {
        this.source = source;
    }

    Set<String> partitions() {
        return guarded("list its partitions", () -> Set.copyOf(source.partitions()));
    }

    List<SourceRecord> read(String partition, int most, Duration patience) {
        return guarded("read", () -> {
            try {
                return List.copyOf(source.read(partition, most, patience));
            } catch (InterruptedException nobodyDoesThat) {
                throw new SourceAwayException("the source was interrupted", nobodyDoesThat);
            }
        });
    }

    /** Whether an empty answer does not mean that nothing was there. */
    boolean mayHaveMore(String partition) {
        return guarded("tell whether it has more", () -> source.mayHaveMore(partition));
    }

    /** Whether a filter wants the record; making what filters see is the source's. */
    boolean matches(EventFilter filter, SourceRecord record) {
        return guarded("show a record to filters", () -> filter.matches(record.filterView()));
    }

    boolean commit(String partition, String position) {
        return guarded("commit", () -> source.commit(partition, position));
    }

    EventFrame frame(String partition) {
        return guarded("frame an event", () -> Objects.requireNonNull(source.frame(partition)));
    }

    /** Asked when the source is opened. */
    OptionalLong behind(String partition) {
        return guarded("tell how far it is", () -> Objects.requireNonNull(source.behind(partition)));
    }

    String retriesExhausted() {
        return guarded("name the end of retries", () -> Objects.requireNonNull(source.retriesExhausted()));
    }

    BatchInfo batchInfo(String partition, List<SourceRecord> batch) {
        return guarded("describe a batch", () -> Objects.requireNonNull(source.batchInfo(partition, batch)));
    }

    /** An identifier that the source cannot read is none: the function made it up. */
    Optional<String> position(JsonNode itemIdentifier) {
        try {
            return guarded("read an item identifier", () -> source.position(itemIdentifier));
        } catch (SourceAwayException unreadable) {
            return Optional.empty();
        }
    }

    /** As filters see it. */
    ObjectNode view(SourceRecord record) {
        return guarded("show a record", record.filterView());
    }

    void close() {
        guarded("close", () -> {
            source.close();
            return true;
        });
    }

    /** As the kind does, but that whatever else it throws means that the source is away. */
    static EventSource open(EventSourceKind kind, SourceDescription source, Checkpoints checkpoints) {
        try {
            return Objects.requireNonNull(kind.open(source, checkpoints));
        } catch (SourceRefusedException | SourceAwayException known) {
            throw known;
        } catch (RuntimeException mistake) { // The edge to code of others.
            throw away("open", mistake);
        }
    }

    /** As the kind does, but that whatever else it throws means that the source is away. */
    static void look(EventSourceKind kind, SourceDescription source, Checkpoints none) {
        try {
            kind.look(source, none);
        } catch (SourceRefusedException | SourceAwayException known) {
            throw known;
        } catch (RuntimeException mistake) { // The edge to code of others.
            throw away("open", mistake);
        }
    }

    private static <T> T guarded(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (SourceAwayException known) {
            throw known;
        } catch (RuntimeException mistake) { // The edge to code of others.
            throw away(what, mistake);
        }
    }

    private static SourceAwayException away(String what, RuntimeException mistake) {
        return new SourceAwayException("the source failed to " + what + ": " + mistake, mistake);
    }
}
