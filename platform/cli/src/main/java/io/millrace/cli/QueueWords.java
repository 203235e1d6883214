package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import java.time.Duration;

/** What the queue verbs have in common. */
final class QueueWords {
    private QueueWords() {}

    static ObjectNode json(QueueState queue) {
        return Json.object()
                .put("queue", queue.name())
                .put("address", queue.address())
                .put("routingType", queue.routingType())
                .put("durable", queue.durable())
                .put("messages", queue.messages())
                .put("scheduled", queue.scheduled())
                .put("delivering", queue.delivering())
                .put("consumers", queue.consumers())
                .put("added", queue.added());
    }

    /**
     * With what becomes of its messages that fail.
     *
     * @throws CommandFailedException if there is none of this name
     */
    static ObjectNode withRedelivery(BrokerSession session, BrokerManagement management, String name) {
        QueueState queue = existing(session, management, name);
        JsonNode policy = session.await(management.policy(queue.address()));
        return json(queue)
                .put(
                        "redeliveryDelay",
                        Duration.ofMillis(policy.path("redeliveryDelay").asLong())
                                .toString())
                .put("maxAttempts", policy.path("maxDeliveryAttempts").asInt())
                .put("deadLetterAddress", policy.path("deadLetterAddress").asText());
    }

    /** @throws CommandFailedException if there is none of this name */
    static QueueState existing(BrokerSession session, BrokerManagement management, String name) {
        return session.await(management.findQueue(name))
                .orElseThrow(() -> new CommandFailedException("queue '" + name + "' does not exist at "
                        + session.connection().address() + "; 'millrace queue ls' lists those that do"));
    }
}
