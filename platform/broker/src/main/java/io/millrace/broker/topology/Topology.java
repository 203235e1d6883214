package io.millrace.broker.topology;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionName;
import java.util.List;
import java.util.Optional;

/** Names every address of a function and derives the broker's policy for it. The one place that does. */
public final class Topology {
    /** Where asynchronous invocations wait; a plain message sent here is one. */
    public static final String INVOKE_PREFIX = "invoke.";

    /** Where synchronous invocations pass. */
    public static final String CALL_PREFIX = "call.";

    /** Where dead letters lie. */
    public static final String DEAD_LETTER_PREFIX = "dlq.";

    /** Where the broker puts events whose maximum age passed, until a worker has written their dead letter. */
    public static final String EXPIRED_PREFIX = "expired.";

    /** Where a node gets its replies; the broker makes the queue for the first link and deletes it after the last. */
    public static final String REPLY_PREFIX = "reply.";

    /** The broker's own management address. */
    public static final String MANAGEMENT = "activemq.management";

    /** So many deliveries of an event that were lost with a worker, through no fault of its own, cost it no attempt. */
    private static final int LOST_DELIVERIES = 10;

    private Topology() {}

    public static String invokeAddress(FunctionName function) {
        return INVOKE_PREFIX + function;
    }

    public static String callAddress(FunctionName function) {
        return CALL_PREFIX + function;
    }

    public static String deadLetterAddress(FunctionName function) {
        return DEAD_LETTER_PREFIX + function;
    }

    public static String expiredAddress(FunctionName function) {
        return EXPIRED_PREFIX + function;
    }

    public static String replyAddress(String node) {
        return REPLY_PREFIX + node;
    }

    /** The function whose dead letters lie in {@code queue}, if it is such a queue. */
    public static Optional<FunctionName> functionOfDeadLetters(String queue) {
        if (!queue.startsWith(DEAD_LETTER_PREFIX)) {
            return Optional.empty();
        }
        String name = queue.substring(DEAD_LETTER_PREFIX.length());
        return FunctionName.PATTERN.matcher(name).matches() ? Optional.of(new FunctionName(name)) : Optional.empty();
    }

    /** The queues a function needs; the dead-letter queue first, because nothing may die before it exists. */
    public static List<QueueSpec> queues(FunctionName function) {
        return List.of(
                new QueueSpec(deadLetterAddress(function), true),
                new QueueSpec(expiredAddress(function), true),
                new QueueSpec(invokeAddress(function), true),
                // Its messages do not survive the broker; the queue must, or workers would find it gone after a
                // restart.
                new QueueSpec(callAddress(function), true));
    }

    /**
     * The retry policy of a function as the broker's settings of {@code invoke.<function>}, the queue of all its
     * qualifiers: it allows what any of them allows, and workers give up by the config of each event's own
     * (docs/adr/0008).
     */
    public static AddressPolicy invokePolicy(FunctionName function, AsyncInvokeConfigs configs) {
        AsyncInvokeConfig widest = configs.widest();
        return new AddressPolicy(
                invokeAddress(function),
                deadLetterAddress(function),
                expiredAddress(function),
                // More than ours: a worker that dies during the last attempt comes back as one delivery more, and
                // whoever
                // gets it writes the dead letter with that cause. If that fails too, the broker moves it. Events that
                // were with a worker when it died had a delivery counted that is no attempt (docs/adr/0007).
                widest.maximumAttempts() + 1 + LOST_DELIVERIES,
                widest.retryDelay().toMillis(),
                widest.retryDelayMultiplier(),
                widest.maximumRetryDelay().toMillis(),
                widest.maximumEventAge().toMillis(),
                // Without it a worker could not tell how old an event is that brought no expiry of its own.
                !configs.isOneAge());
    }
}
