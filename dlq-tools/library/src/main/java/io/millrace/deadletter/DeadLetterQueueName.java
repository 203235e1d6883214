package io.millrace.deadletter;

import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;

/** How a moved message still tells which dead-letter queue it lay in. */
record DeadLetterQueueName(String name) {
    // What a worker wrote keeps the worker's note of its origin, which the broker's own does not replace.
    String cameFrom() {
        String byWorker = Topology.functionOfDeadLetters(name)
                .map(function -> EventProperties.FUNCTION + " = " + Selection.quoted(function.value()))
                .orElse(EventProperties.DIED_AT + " IS NOT NULL");
        return "(" + EventProperties.ORIGIN_QUEUE + " = " + Selection.quoted(name) + " OR " + byWorker + ")";
    }
}
