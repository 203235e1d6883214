package io.millrace.eventsource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A log in partitions (shards, for some), each in order. Each partition is read by one thread; its positions are
 * committed one after the other, by any thread; {@link #partitions} is asked by yet another, about once a second. Every
 * method may fail with {@link SourceAwayException}; it is called again after a while.
 */
public non-sealed interface PartitionedSource extends EventSource {

    /**
     * What is to be read now. A partition leaves when another reader has taken it over, or when it takes no more
     * records and all of its own are committed; partitions that follow on it come only then. One that was lost and comes
     * back is missing from one answer at least, and is read from behind the last position that was committed.
     */
    Set<String> partitions();

    /**
     * The next records, behind those that were read before. Holds no more than a few such answers in memory.
     *
     * @param most at least 1
     * @param patience after this, what is there, which may be nothing
     * @return in order; empty also for a partition that is not in {@link #partitions} any more
     */
    List<SourceRecord> read(String partition, int most, Duration patience) throws InterruptedException;

    /**
     * Whether the last {@link #read} of a partition may have found nothing although there was more, as when a service
     * answers with an empty page on the way to its records, or could not
     * go on at the place it was asked about. While it says yes, no time
     * counts as over for want of records: tumbling windows stay open. Asked after each empty answer, by the thread that
     * reads the partition; answers from memory. A source that always finds what is there need not say so.
     */
    default boolean mayHaveMore(String partition) {
        return false;
    }

    /**
     * Keeps durably that all up to this position are done. Positions of one partition come in order.
     *
     * @return false if the partition is another reader's by now, and nothing was kept; should it be this one's again, it
     *     is read from behind the last position that was committed
     */
    boolean commit(String partition, String position);

    /**
     * How many records there are behind the last one of a partition that was committed, as far as was heard; empty where
     * that is not known. Answers from memory.
     */
    default OptionalLong behind(String partition) {
        return OptionalLong.empty();
    }

    /** What stands around the records in the event of an invocation. */
    EventFrame frame(String partition);

    /** The position that a function means by an {@code itemIdentifier} of its failures; empty for what is none. */
    default Optional<String> position(JsonNode itemIdentifier) {
        return itemIdentifier.isTextual() ? Optional.of(itemIdentifier.textValue()) : Optional.empty();
    }

    /** How a record for an on-failure destination calls the end of all retries (lambda-semantics 3.7, 3.8). */
    default String retriesExhausted() {
        return "RetryAttemptsExhausted";
    }

    /** What a record for an on-failure destination says about a batch that was given up, and under which name. */
    BatchInfo batchInfo(String partition, List<SourceRecord> batch);

    /**
     * @param member of the record, for instance {@code KinesisBatchInfo}
     * @param holdsPayload whether the record for the destination holds the event too
     */
    record BatchInfo(String member, ObjectNode info, boolean holdsPayload) {}
}
