package io.millrace.source.postgresql;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventFrame;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An outbox, as one partition: its changes have one order, and keys by which they can be handled beside each other. All
 * but closing and committing is done by the thread that reads.
 */
final class PostgresSource implements PartitionedSource {
    private static final Logger LOGGER = LoggerFactory.getLogger(PostgresSource.class);
    /** Beside the position: where the mapping began. No outbox is called so. */
    private static final String START = "$start";

    private static final String UNREADABLE_TEXT = "SQL_ASCII";
    /** So long writers wake nobody after one of them did. */
    private static final Duration SILENCE = Duration.ofMillis(100);

    private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);
    /** By one call; after as many there may be more. */
    private static final long MOST_PRUNED = 10_000;

    private final Login login;
    private final OutboxName outbox;
    private final Failures failures;
    private final Checkpoints checkpoints;
    private final Duration lookEvery;
    private final Journey journey;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable OutboxConnection connection;
    private long lookAt = System.nanoTime();
    private long pruneAt = System.nanoTime();

    private PostgresSource(
            Login login,
            OutboxName outbox,
            Failures failures,
            Checkpoints checkpoints,
            Duration lookEvery,
            OutboxConnection connection,
            FirstPlace first) {
        this.login = login;
        this.outbox = outbox;
        this.failures = failures;
        this.checkpoints = checkpoints;
        this.lookEvery = lookEvery;
        this.connection = connection;
        this.journey =
                new Journey(outbox, first, checkpoints.find(outbox.outbox()).map(Long::parseLong));
    }

    /**
     * Fails where it cannot be read.
     *
     * @param lookEvery so long a change waits whose writer did not wake anyone
     */
    static PostgresSource open(
            Login login,
            OutboxName outbox,
            Failures failures,
            SourceDescription description,
            Checkpoints checkpoints,
            Duration lookEvery)
            throws SQLException {
        OutboxConnection connection = OutboxConnection.open(login, outbox);
        boolean isOpen = false;
        try {
            if (connection.encoding().equals(UNREADABLE_TEXT)) {
                throw failures.refused("keeps text as " + UNREADABLE_TEXT + ", expected a database in UTF8 or another"
                        + " encoding that says what its bytes mean");
            }
            FirstPlace first = first(description, connection, checkpoints);
            connection.page(0, 0, 1, first); // Whether it may be read, and is what it should be.
            PostgresSource source =
                    new PostgresSource(login, outbox, failures, checkpoints, lookEvery, connection, first);
            isOpen = true;
            return source;
        } finally {
            if (!isOpen) {
                connection.abort();
            }
        }
    }

    private static FirstPlace first(SourceDescription description, OutboxConnection connection, Checkpoints checkpoints)
            throws SQLException {
        Optional<FirstPlace> kept = checkpoints.find(START).map(FirstPlace::parse);
        if (kept.isPresent()) {
            return kept.get();
        }
        FirstPlace first = FirstPlace.of(description, connection);
        checkpoints.save(START, first.text());
        return first;
    }

    @Override
    public Set<String> partitions() {
        requireOpen();
        return Set.of(outbox.outbox());
    }

    @Override
    public List<SourceRecord> read(String partition, int most, Duration patience) {
        if (!partition.equals(outbox.outbox())) {
            return List.of();
        }
        try {
            return read(most, System.nanoTime() + patience.toNanos());
        } catch (SQLException failed) {
            disconnect();
            requireOpen();
            throw failures.whenRead(failed);
        }
    }

    private List<SourceRecord> read(int most, long until) throws SQLException {
        while (true) {
            requireOpen();
            OutboxConnection connected = connected();
            List<SourceRecord> records = lookAt - System.nanoTime() <= 0 ? look(connected, most) : List.of();
            long now = System.nanoTime();
            if (!records.isEmpty() || until - now <= 0) {
                return records;
            }
            long wait = Math.min(until - now, lookAt - now);
            if (wait > 0 && connected.awaitWake(Duration.ofNanos(wait))) {
                lookAt = System.nanoTime();
            }
        }
    }

    private OutboxConnection connected() throws SQLException {
        OutboxConnection known = connection;
        if (known != null) {
            return known;
        }
        OutboxConnection opened = OutboxConnection.open(login, outbox);
        connection = opened;
        if (closed.get()) { // Who closed the source may have missed this one.
            disconnect();
            requireOpen();
        }
        journey.begin();
        lookAt = System.nanoTime();
        return opened;
    }

    private List<SourceRecord> look(OutboxConnection connected, int most) throws SQLException {
        pruneNowAndThen(connected);
        long drawn = connected.lastNumber();
        if (journey.isAhead(drawn)) {
            checkpoints.save(START, journey.startOver(drawn, connected.pruned()).text());
            checkpoints.save(outbox.outbox(), "0");
        }
        List<SourceRecord> records = journey.next(drawn, connected, most);
        Duration quiet = records.isEmpty() ? lookEvery : SILENCE;
        lookAt = System.nanoTime() + journey.pause().orElse(quiet).toNanos();
        return records;
    }

    private void pruneNowAndThen(OutboxConnection connected) throws SQLException {
        if (pruneAt - System.nanoTime() <= 0) {
            boolean mayBeMore = connected.prune() == MOST_PRUNED;
            pruneAt = System.nanoTime() + (mayBeMore ? Duration.ZERO : PRUNE_EVERY).toNanos();
        }
    }

    @Override
    public boolean commit(String partition, String position) {
        requireOpen();
        if (!partition.equals(outbox.outbox())) {
            return false;
        }
        checkpoints.save(partition, position);
        return true;
    }

    @Override
    public EventFrame frame(String partition) {
        return EventFrame.RECORDS;
    }

    @Override
    public BatchInfo batchInfo(String partition, List<SourceRecord> batch) {
        SourceRecord first = batch.get(0);
        SourceRecord last = batch.get(batch.size() - 1);
        ObjectNode info = JsonNodeFactory.instance
                .objectNode()
                .put("outbox", partition)
                .put("startSequenceNumber", first.position())
                .put("endSequenceNumber", last.position())
                .put("approximateArrivalOfFirstRecord", first.arrived().toString())
                .put("approximateArrivalOfLastRecord", last.arrived().toString())
                .put("batchSize", batch.size())
                .put("eventSourceArn", outbox.arn());
        return new BatchInfo("PostgreSQLBatchInfo", info, false);
    }

    @Override
    public void close() {
        closed.set(true);
        disconnect();
    }

    private void disconnect() {
        OutboxConnection known = connection;
        connection = null;
        if (known != null) {
            try {
                known.abort();
            } catch (SQLException broken) {
                LOGGER.atDebug()
                        .addKeyValue("source", outbox.arn())
                        .setCause(broken)
                        .log("connection was not closed");
            }
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new SourceAwayException("the source is closed");
        }
    }
}
