package io.millrace.runtime.mapping;

import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import java.time.Instant;
import java.util.Optional;

/**
 * One message of a batch.
 *
 * @param id by which the function names it
 * @param receivedFirst when this process first had it
 * @param record as the function sees it, JSON in UTF-8
 * @param key under which it runs once
 */
@SuppressWarnings("ArrayRecordComponent") // Written into the batch's event, never compared.
record BatchItem(Delivery delivery, String id, Instant receivedFirst, byte[] record, Optional<ItemKey> key) {

    /** As its sender sent it. */
    Optional<String> traceHeader() {
        return EventMessages.property(delivery.message(), EventProperties.TRACE);
    }
}
