package io.millrace.core.invocation;

import io.millrace.core.function.FunctionArn;
import java.util.Map;
import java.util.Optional;

/**
 * One request to run a function. Its id survives every retry and redrive.
 *
 * @param id the request id a function sees: a UUID in text
 * @param arn the invoked function, with a qualifier only if the caller used one
 * @param payload the event, as the bytes that came in; never changed
 * @param clientContext the decoded JSON of a synchronous caller, if it sent one
 * @param attributes optional facts that travel with the event, such as its trace header
 */
@SuppressWarnings("ArrayRecordComponent") // The payload is carried, never compared; a copy for each reader would cost.
public record Invocation(
        String id,
        FunctionArn arn,
        InvocationType type,
        byte[] payload,
        Optional<String> clientContext,
        Map<String, String> attributes) {
    /** Key of the attribute that holds the trace header, as the header is called. */
    public static final String TRACE = "X-Amzn-Trace-Id";

    /**
     * Key of the attribute with the traces that the messages of a batch belong to, as W3C {@code traceparent}s with commas
     * between.
     */
    public static final String TRACE_LINKS = "millrace_trace_links";

    /**
     * Key of the attribute of a call that hands over a batch of an event source mapping, set to anything: it has no
     * idempotency key of its own, its records have theirs.
     */
    public static final String BATCH = "millrace_batch";

    /** Key of the attribute that names an event's message group: events of one run one at a time and in order. */
    public static final String GROUP = "group";

    /** Key of the attribute that a waiting caller sets, to anything, who wants the end of the log. */
    public static final String LOG_TAIL = "millrace_log_tail";

    /**
     * Key of the attribute with the idempotency key: invocations of one function with the same one run once
     * (lambda-semantics 9.1).
     */
    public static final String IDEMPOTENCY_KEY = "millrace_idempotency_key";

    /**
     * Key of the attribute by which the broker recognises an event that its publisher sends again, not knowing whether it
     * has arrived.
     */
    public static final String PUBLISH_ID = "publish-id";

    /** Key of the attribute that says which {@link StoredPayload} the event is; travels with it. */
    public static final String PAYLOAD = "millrace_payload";

    /** Key of the attribute with the address of that payload, which may be a secret; does not travel. */
    public static final String PAYLOAD_PLACE = "payload-place";
}
