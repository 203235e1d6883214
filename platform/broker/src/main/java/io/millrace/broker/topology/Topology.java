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

    /** Where the segments of streams are, one queue each (docs/adr/0010). */
    public static final String STREAM_PREFIX = "stream.";

    /** Where the tokens of schedules wait until they are due: one queue for each registry. */
    public static final String SCHEDULE_PREFIX = "schedule.";

    /** Where a topic's messages are sent: each subscription has a queue of its own there. */
    public static final String TOPIC_PREFIX = "topic.";

    /** Where the events of a bus are sent: each target of a rule and each archive has a queue of its own there. */
    public static final String BUS_PREFIX = "bus.";

    /** Where an archive keeps its events; they are browsed, never consumed. */
    public static final String ARCHIVE_PREFIX = "archive.";

    /** Where events of the past wait until a job replays them: one queue for each replay. */
    public static final String REPLAY_PREFIX = "replay.";

    /** Where copies of a function's events wait until another version runs them, too. */
    public static final String SHADOW_PREFIX = "shadow.";

    /** Where redrive jobs are written down, and who drives them. */
    public static final String TOOLS_PREFIX = "dlq-tools.";

    /** The broker's own management address. */
    public static final String MANAGEMENT = "activemq.management";

    private static final List<String> OWN = List.of(
            INVOKE_PREFIX,
            CALL_PREFIX,
            EXPIRED_PREFIX,
            REPLY_PREFIX,
            STREAM_PREFIX,
            SCHEDULE_PREFIX,
            TOPIC_PREFIX,
            BUS_PREFIX,
            ARCHIVE_PREFIX,
            REPLAY_PREFIX,
            SHADOW_PREFIX,
            TOOLS_PREFIX,
            "activemq.",
            "$sys.");

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

    /** @param segment from 1 on */
    public static String segmentAddress(String stream, String shard, long segment) {
        return STREAM_PREFIX + stream + "." + shard + "." + segment;
    }

    /** @param registry its name, the same for all nodes that share it */
    public static String scheduleAddress(String registry) {
        return SCHEDULE_PREFIX + registry;
    }

    /** A multicast address. */
    public static String topicAddress(String topic) {
        return TOPIC_PREFIX + topic;
    }

    /** A multicast address. */
    public static String busAddress(String bus) {
        return BUS_PREFIX + bus;
    }

    public static String archiveAddress(String archive) {
        return ARCHIVE_PREFIX + archive;
    }

    /** @param replay its id */
    public static String replayAddress(String replay) {
        return REPLAY_PREFIX + replay;
    }

    public static String shadowAddress(FunctionName function) {
        return SHADOW_PREFIX + function;
    }

    /** Whether events of the past wait in {@code queue} to be replayed; jobs move them as they move dead letters. */
    public static boolean isOfReplays(String queue) {
        return queue.startsWith(REPLAY_PREFIX);
    }

    /**
     * Whether the platform or the broker keeps {@code queue} for itself: whatever others sent there or took from there
     * would break what it is for. Dead-letter queues are for everybody to read, see {@link #isOfDeadLetters}.
     */
    public static boolean isOwn(String queue) {
        return OWN.stream().anyMatch(queue::startsWith);
    }

    /** Whether dead letters of functions lie in {@code queue}: what others sent there would be redriven as an event. */
    public static boolean isOfDeadLetters(String queue) {
        return queue.startsWith(DEAD_LETTER_PREFIX);
    }

    /** As consumers name one of the queues of a multicast address. */
    public static String queueOf(String address, String queue) {
        return address + "::" + queue;
    }

    /** The function whose dead letters lie in {@code queue}, if it is such a queue. */
    public static Optional<FunctionName> functionOfDeadLetters(String queue) {
        return function(DEAD_LETTER_PREFIX, queue);
    }

    /** The function whose events wait in {@code queue}, if it is such a queue. */
    public static Optional<FunctionName> functionOfEvents(String queue) {
        return function(INVOKE_PREFIX, queue);
    }

    /** The function that gets what is in {@code queue}: events, calls, or events that are too old. */
    public static Optional<FunctionName> functionThatGets(String queue) {
        return function(INVOKE_PREFIX, queue)
                .or(() -> function(EXPIRED_PREFIX, queue))
                .or(() -> function(CALL_PREFIX, queue));
    }

    private static Optional<FunctionName> function(String prefix, String queue) {
        if (!queue.startsWith(prefix)) {
            return Optional.empty();
        }
        String name = queue.substring(prefix.length());
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
