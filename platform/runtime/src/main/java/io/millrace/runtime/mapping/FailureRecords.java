package io.millrace.runtime.mapping;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Lineage;
import io.millrace.core.invocation.RequestIds;
import io.millrace.eventsource.PartitionedSource.BatchInfo;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.runtime.destination.Destinations;
import io.millrace.runtime.mapping.Piece.LastAttempt;
import io.millrace.runtime.mapping.StopSignal.Stopped;
import io.millrace.runtime.observe.LogKeys;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.qpid.proton.message.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of records that are given up, before they count as done. For one thread; blocks. */
final class FailureRecords {
    private static final Logger LOGGER = LoggerFactory.getLogger(FailureRecords.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final EventSourceMapping mapping;
    private final String partition;
    private final GuardedSource source;
    private final FeedingParts parts;
    private final StopSignal signal;

    FailureRecords(
            EventSourceMapping mapping, String partition, GuardedSource source, FeedingParts parts, StopSignal signal) {
        this.mapping = mapping;
        this.partition = partition;
        this.source = source;
        this.parts = parts;
        this.signal = signal;
    }

    /**
     * Returns when the destination, where there is one, has the record, or has refused it for good.
     *
     * @param attempts that count
     * @param last empty if the reason is not the function's
     * @return whether a destination has the record
     */
    boolean giveUp(List<StreamItem> items, String condition, int attempts, Optional<LastAttempt> last) throws Stopped {
        LOGGER.atWarn()
                .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                .addKeyValue(LogKeys.FUNCTION, mapping.settings().function())
                .addKeyValue(LogKeys.SOURCE, partition)
                .addKeyValue(LogKeys.REASON, condition)
                .addKeyValue("records", items.size())
                .addKeyValue("firstPosition", items.get(0).record().position())
                .log("records given up");
        Optional<String> destination = mapping.settings().stream().onFailure();
        if (destination.isEmpty()) {
            return false;
        }
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (true) {
            Optional<Boolean> isTaken = send(destination.get(), items, condition, attempts, last);
            if (isTaken.isPresent()) {
                return isTaken.get();
            }
            signal.pause(backoff.next());
        }
    }

    /** Whether the destination took it; empty if that is to be tried again. */
    private Optional<Boolean> send(
            String destination, List<StreamItem> items, String condition, int attempts, Optional<LastAttempt> last)
            throws Stopped {
        try {
            byte[] record = record(items, condition, attempts, last);
            Message message = Destinations.message(destination, record, this::trace)
                    .orElseThrow(() -> new BrokerRefusedException("it is no queue, topic or function"));
            signal.await(parts.publish().apply(message).toCompletionStage().toCompletableFuture());
            return Optional.of(true);
        } catch (SourceAwayException away) {
            LOGGER.atDebug()
                    .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                    .setCause(away)
                    .log("record waits for the source");
            return Optional.empty();
        } catch (BrokerRefusedException refused) {
            return refused(destination, refused);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof BrokerRefusedException refused) {
                return refused(destination, refused);
            }
            LOGGER.atDebug()
                    .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                    .setCause(failed.getCause())
                    .log("record waits for the broker");
            return Optional.empty();
        }
    }

    /** A destination that cannot take its record costs the record and stops nobody (lambda-semantics 2.2). */
    private Optional<Boolean> refused(String destination, BrokerRefusedException refused) {
        LOGGER.atWarn()
                .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                .addKeyValue(LogKeys.DESTINATION, destination)
                .addKeyValue(LogKeys.REASON, refused.getMessage())
                .log("destination refused a record");
        return Optional.of(false);
    }

    private byte[] record(List<StreamItem> items, String condition, int attempts, Optional<LastAttempt> last) {
        BatchInfo batch = source.batchInfo(
                partition, items.stream().map(StreamItem::record).toList());
        Optional<byte[]> event = batch.holdsPayload()
                ? Optional.of(StreamEvent.of(source.frame(partition), "", items))
                : Optional.empty();
        return new GivenUp(
                        last.map(LastAttempt::requestId).orElseGet(RequestIds::next),
                        mapping.settings().function().toString(),
                        condition,
                        attempts,
                        last,
                        parts.clock().instant(),
                        batch,
                        event)
                .toJson();
    }

    /** A destination is one more call of the function: loops over destinations count too (lambda-semantics 2.4). */
    private String trace() {
        FunctionArn fed = mapping.settings().function();
        String function =
                FunctionArn.of(fed.region(), fed.account(), fed.function()).toString();
        return Lineage.continued(Optional.empty(), Lineage.key(function));
    }
}
