package io.millrace.eventsource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * @param position where it is in its partition; unique there
 * @param orderKey records of one partition with the same key are handled one after the other
 * @param arrived when the source took it, by the source's clock
 * @param json as functions see it, in UTF-8; not to be changed
 * @param filterView as filter patterns see it (lambda-semantics 3.10): a body that is JSON is there as JSON, and not as
 *     Base64; made when asked for
 * @param trace where in a trace its producer was, as the record says it: a W3C {@code traceparent} or an
 *     {@code X-Amzn-Trace-Id}, unchecked; empty if it says nothing
 */
@SuppressWarnings("ArrayRecordComponent") // Written into the event of a batch, never compared.
public record SourceRecord(
        String position,
        String orderKey,
        Instant arrived,
        byte[] json,
        Supplier<ObjectNode> filterView,
        Optional<String> trace) {

    /** Of a source whose records say nothing of traces. */
    public SourceRecord(
            String position, String orderKey, Instant arrived, byte[] json, Supplier<ObjectNode> filterView) {
        this(position, orderKey, arrived, json, filterView, Optional.empty());
    }
}
