package io.millrace.eventsource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * @param id by which functions name it
 * @param receipt of this delivery of it
 * @param json as functions see it, in UTF-8; not to be changed
 * @param filterView as filter patterns see it (lambda-semantics 3.10), made when asked for
 * @param trace where in a trace its sender was, as the message says it: a W3C {@code traceparent} or an
 *     {@code X-Amzn-Trace-Id}, unchecked; empty if it says nothing
 */
@SuppressWarnings("ArrayRecordComponent") // Written into the event of a batch, never compared.
public record SourceMessage(
        String id, String receipt, byte[] json, Supplier<ObjectNode> filterView, Optional<String> trace) {

    /** Of a source whose messages say nothing of traces. */
    public SourceMessage(String id, String receipt, byte[] json, Supplier<ObjectNode> filterView) {
        this(id, receipt, json, filterView, Optional.empty());
    }
}
