package io.millrace.runtime.mapping;

import io.millrace.eventsource.SourceAwayException;
import io.millrace.runtime.mapping.Progress.Point;
import io.millrace.runtime.mapping.StopSignal.Stopped;
import io.millrace.runtime.observe.LogKeys;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a source how far one of its partitions is done, never backwards. Who comes while another commits finds
 * everything committed already, or commits for all that came meanwhile. Thread-safe; blocks.
 */
final class Commits {
    private static final Logger LOGGER = LoggerFactory.getLogger(Commits.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final EventSourceMapping mapping;
    private final String partition;
    private final GuardedSource source;
    private final PartitionBuffer buffer;
    private final SourceHealth health;
    private final StopSignal signal;

    Commits(
            EventSourceMapping mapping,
            String partition,
            GuardedSource source,
            PartitionBuffer buffer,
            SourceHealth health,
            StopSignal signal) {
        this.mapping = mapping;
        this.partition = partition;
        this.source = source;
        this.buffer = buffer;
        this.health = health;
        this.signal = signal;
    }

    /**
     * Returns when what is done now is committed.
     *
     * @throws Stopped also if the partition is another reader's; and after a stop if the source is away, where it is
     *     tried once
     */
    void commit() throws Stopped {
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (true) {
            try {
                commitOnce();
                return;
            } catch (SourceAwayException away) {
                health.away(partition, String.valueOf(away.getMessage()));
                signal.pause(backoff.next());
            }
        }
    }

    private synchronized void commitOnce() throws Stopped {
        Optional<Point> point = buffer.committable();
        if (point.isEmpty()) {
            return;
        }
        if (signal.isAbandoned()) {
            throw new Stopped();
        }
        if (!source.commit(partition, point.get().position())) {
            LOGGER.atInfo()
                    .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                    .addKeyValue(LogKeys.SOURCE, partition)
                    .log("partition is read by another");
            signal.stop();
            throw new Stopped();
        }
        buffer.committed(point.get());
        health.back(partition);
    }
}
