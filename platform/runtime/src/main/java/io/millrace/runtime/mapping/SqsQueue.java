package io.millrace.runtime.mapping;

import com.fasterxml.jackson.core.io.SerializedString;
import io.millrace.eventsource.EventFrame;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.qpid.proton.message.Message;

/** A queue whose messages are shown as those of SQS (lambda-semantics 3.11). */
record SqsQueue(QueueArn arn, SerializedString tail) implements BrokerQueue {

    SqsQueue(QueueArn arn) {
        this(arn, QueueRecord.tail(arn));
    }

    @Override
    public String name() {
        return arn.queue();
    }

    @Override
    public boolean isOf(String region, String account) {
        return arn.isOf(region, account);
    }

    @Override
    public boolean isOrdered() {
        return arn.isOrdered();
    }

    @Override
    public OptionalInt batchesAtOnce() {
        return OptionalInt.empty();
    }

    @Override
    public EventFrame frame() {
        return EventFrame.RECORDS;
    }

    /** Any message. */
    @Override
    public Optional<BrokerRecord> record(Message message, String id, Instant receivedFirst, Instant now) {
        return Optional.of(QueueRecord.of(message, id, receivedFirst, arn, tail));
    }
}
