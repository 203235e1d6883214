package io.millrace.broker.management;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A queue as the broker counts it at one instant.
 *
 * @param messages all in it: ready, scheduled and being delivered
 * @param scheduled of these, those that wait for their time
 * @param delivering of these, those that a consumer has
 * @param added since the broker began, once each
 * @param acknowledged since the broker began: taken out by a consumer, or moved
 */
public record QueueState(
        String name,
        String address,
        String routingType,
        boolean durable,
        boolean internal,
        boolean temporary,
        long messages,
        long scheduled,
        long delivering,
        int consumers,
        long added,
        long acknowledged) {

    static QueueState of(JsonNode row) {
        return new QueueState(
                row.path("name").asText(),
                row.path("address").asText(),
                row.path("routingType").asText(),
                row.path("durable").asBoolean(),
                row.path("internalQueue").asBoolean(),
                row.path("temporary").asBoolean(),
                row.path("messageCount").asLong(),
                row.path("scheduledCount").asLong(),
                row.path("deliveringCount").asLong(),
                row.path("consumerCount").asInt(),
                row.path("messagesAdded").asLong(),
                row.path("messagesAcked").asLong());
    }
}
