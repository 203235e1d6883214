package io.millrace.deadletter;

import io.millrace.broker.management.QueueState;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import java.util.Locale;
import java.util.Optional;

/**
 * A dead-letter queue as the broker counts it at one instant.
 *
 * @param function whose dead letters lie in it, if its name says so
 * @param messages all in it, also those that browsing does not see: scheduled ones and those a consumer has
 * @param scheduled of these, those that wait for their time
 * @param delivering of these, those that a consumer has
 */
public record DeadLetterQueue(
        String name, String address, Optional<FunctionName> function, long messages, long scheduled, long delivering) {

    static DeadLetterQueue of(QueueState state) {
        return new DeadLetterQueue(
                state.name(),
                state.address(),
                Topology.functionOfDeadLetters(state.name()),
                state.messages(),
                state.scheduled(),
                state.delivering());
    }

    /** How many of them browsing sees. */
    public long visible() {
        return Math.max(0, messages - scheduled - delivering);
    }

    /** Whether a queue of this name is taken for a dead-letter queue: ours, and the names Artemis ships with. */
    static boolean isDeadLetterName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith(Topology.DEAD_LETTER_PREFIX) || lower.equals("dlq") || lower.equals("activemq.dlq");
    }

    /** The queue alone, also where other queues share its address. */
    String receivingAddress() {
        return name.equals(address) ? name : address + "::" + name;
    }
}
