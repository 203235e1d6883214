package io.millrace.runtime.mapping;

import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceMessage;
import io.millrace.runtime.observe.LogKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills batches from a source; messages that no filter matches are deleted (lambda-semantics 3.10). For one thread. */
final class MessageReceiver {
    private static final Logger LOGGER = LoggerFactory.getLogger(MessageReceiver.class);
    /** The most that SQS waits for. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int MOST_AT_ONCE = 10;

    private final GuardedQueue source;
    private final EventSourceMapping mapping;
    private final EventFilter filter;
    private final MappingCounts counts;

    MessageReceiver(GuardedQueue source, EventSourceMapping mapping, EventFilter filter, MappingCounts counts) {
        this.source = source;
        this.mapping = mapping;
        this.filter = filter;
        this.counts = counts;
    }

    /**
     * Waits for messages, and then for more of them as long as the mapping's window allows, and as half of the time
     * that they are ours.
     *
     * @return empty if none came
     * @throws InterruptedException after everything was given back
     */
    Optional<MessageBatch> next() throws InterruptedException {
        Duration hold = source.hold();
        Optional<MessageBatch> batch = first(hold);
        if (batch.isPresent()) {
            try {
                fill(batch.get(), hold);
            } catch (InterruptedException stop) {
                source.giveBack(batch.get().messages());
                throw stop;
            }
        }
        return batch.filter(filled -> !filled.messages().isEmpty());
    }

    private Optional<MessageBatch> first(Duration hold) throws InterruptedException {
        List<SourceMessage> received =
                source.receive(Math.min(MOST_AT_ONCE, settings().batchSize()), PATIENCE);
        if (received.isEmpty()) {
            return Optional.empty();
        }
        MessageBatch batch = new MessageBatch(hold);
        take(batch, received);
        return Optional.of(batch);
    }

    private void fill(MessageBatch batch, Duration hold) throws InterruptedException {
        Duration half = hold.dividedBy(2);
        Duration window = settings().window().compareTo(half) < 0 ? settings().window() : half;
        long end = System.nanoTime() + window.toNanos();
        long left = window.toNanos();
        while (left > 0
                && batch.takesMore()
                && batch.messages().size() < settings().batchSize()) {
            int most = Math.min(
                    MOST_AT_ONCE, settings().batchSize() - batch.messages().size());
            try {
                take(batch, source.receive(most, Duration.ofNanos(left)));
            } catch (SourceAwayException away) {
                return; // What came already runs.
            }
            left = end - System.nanoTime();
        }
    }

    /** What does not fit goes back at once, so that it is nobody's and, in a queue with an order, keeps its place. */
    private void take(MessageBatch batch, List<SourceMessage> received) {
        counts.polled(received.size());
        List<SourceMessage> unwanted = new ArrayList<>();
        List<SourceMessage> tooMuch = new ArrayList<>();
        for (SourceMessage message : received) {
            if (!source.matches(filter, message)) {
                unwanted.add(message);
            } else if (tooMuch.isEmpty() && batch.hasRoomFor(message)) {
                batch.add(message);
            } else if (new MessageBatch(source.hold()).hasRoomFor(message)) {
                tooMuch.add(message);
            } else {
                leaveTooLarge(message);
            }
        }
        if (!unwanted.isEmpty()) {
            counts.filteredOut(unwanted.size());
            source.delete(unwanted);
        }
        if (!tooMuch.isEmpty()) {
            batch.close();
            source.giveBack(tooMuch);
        }
    }

    /** No invocation can take it, and its sender cannot be told: the queue's own rules for failures decide. */
    private void leaveTooLarge(SourceMessage message) {
        counts.failedInvoke(1);
        LOGGER.atWarn()
                .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                .addKeyValue(LogKeys.SOURCE, mapping.source().label())
                .addKeyValue(LogKeys.MESSAGE, message.id())
                .addKeyValue(LogKeys.REASON, "larger than " + Batch.MOST_BYTES + " bytes as an event")
                .log("message cannot be handed to a function");
    }

    private MappingSettings settings() {
        return mapping.settings();
    }
}
