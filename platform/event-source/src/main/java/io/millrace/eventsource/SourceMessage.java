package io.millrace.eventsource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Supplier;

/**
 * @param id by which functions name it
 * @param receipt of this delivery of it
 * @param json as functions see it, in UTF-8; not to be changed
 * @param filterView as filter patterns see it (lambda-semantics 3.10), made when asked for
 */
@SuppressWarnings("ArrayRecordComponent") // Written into the event of a batch, never compared.
public record SourceMessage(String id, String receipt, byte[] json, Supplier<ObjectNode> filterView) {}
