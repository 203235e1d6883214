package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What the broker does with a queue's messages that failed.
 *
 * @param maximumAttempts after so many it makes a message a dead letter; 0 or less for never
 * @param redeliveryDelayMillis before it hands one out again; 0 for at once
 */
record QueuePolicy(int maximumAttempts, long redeliveryDelayMillis) {

    /** @param inForce settings by the broker's names */
    static QueuePolicy of(JsonNode inForce) {
        return new QueuePolicy(
                inForce.path("maxDeliveryAttempts").asInt(),
                inForce.path("redeliveryDelay").asLong());
    }

    boolean endsAfter(int attempt) {
        return maximumAttempts > 0 && attempt >= maximumAttempts;
    }
}
