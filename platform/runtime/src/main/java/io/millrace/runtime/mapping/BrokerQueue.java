package io.millrace.runtime.mapping;

import io.millrace.eventsource.EventFrame;
import io.millrace.eventsource.SourceDescription;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.qpid.proton.message.Message;

/** A queue of the broker as one mapping reads it: what its messages look like in events. Thread-safe. */
interface BrokerQueue {

    /** As an ARN of SQS or of MQ says; empty for a source that is no queue of a broker. */
    static Optional<BrokerQueue> of(SourceDescription source) {
        Optional<BrokerQueue> sqs = source.arn().flatMap(QueueArn::parse).map(SqsQueue::new);
        return sqs.or(() -> BrokerArn.of(source)
                .filter(broker -> !source.queues().isEmpty())
                .map(broker -> new MqQueue(broker, source.queues().get(0))));
    }

    /** The broker's name for it. */
    String name();

    /** Whether its region and account are these. */
    boolean isOf(String region, String account);

    /** Whether each message group of it comes in its order. */
    boolean isOrdered();

    /** How many batches run at once, whatever the function does with them; empty for as many as it gets through. */
    OptionalInt batchesAtOnce();

    EventFrame frame();

    /**
     * A message as the function sees it; empty for one that such an event cannot hold.
     *
     * @param id the message's, the same at every delivery
     * @param receivedFirst when this process first had it
     * @param now when it has it this time
     */
    Optional<BrokerRecord> record(Message message, String id, Instant receivedFirst, Instant now);
}
