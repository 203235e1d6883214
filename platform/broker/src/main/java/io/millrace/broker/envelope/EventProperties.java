package io.millrace.broker.envelope;

import io.millrace.core.invocation.Invocation;

/**
 * Names of the message properties that mean something to the platform. All are optional on what clients send; what is
 * not named here is left alone. Underscores, because the broker's selectors take no hyphens.
 */
public final class EventProperties {
    /** The version or alias the caller asked for. */
    public static final String QUALIFIER = "millrace_qualifier";

    /** The caller's client context, as JSON; synchronous calls only. */
    public static final String CLIENT_CONTEXT = "millrace_client_context";

    /** The caller's trace header. */
    public static final String TRACE = Invocation.TRACE;

    /** The publisher's place in a trace, as W3C Trace Context writes it; any client may set it. */
    public static final String TRACEPARENT = "traceparent";

    /** With it: what vendors say of the trace, as W3C Trace Context writes it. */
    public static final String TRACESTATE = "tracestate";

    /** On calls with a batch of messages: the traces these belong to. */
    public static final String TRACE_LINKS = Invocation.TRACE_LINKS;

    /** On calls with a batch of an event source mapping; the value says nothing. */
    public static final String BATCH = Invocation.BATCH;

    /** Invocations of one function with the same one run once; any client may set it, on events and on calls. */
    public static final String IDEMPOTENCY_KEY = Invocation.IDEMPOTENCY_KEY;

    /** Which file holds the event, where that is above Lambda's limits; only while the body is what came with it. */
    public static final String PAYLOAD = Invocation.PAYLOAD;

    /** On calls whose caller wants the end of the log, and on their replies, where it is that, as bytes. */
    public static final String LOG_TAIL = Invocation.LOG_TAIL;

    /** On calls whose caller takes the response in several messages; the value says nothing. */
    public static final String STREAM = "millrace_stream";

    /** On the last message of such a response: how many were before it. */
    public static final String PARTS = "millrace_parts";

    /** How a synchronous attempt ended, on replies: ok, error or throttled. */
    public static final String OUTCOME = "millrace_outcome";

    /** The version that ran, on replies. */
    public static final String EXECUTED_VERSION = "millrace_executed_version";

    /**
     * Why an event was given up, on dead letters: RetriesExhausted, EventAgeExceeded, ZeroReservedConcurrency,
     * RecursiveInvocation, IdempotencyKeyReused, IdempotencyKeyMissing, PayloadTooLarge.
     */
    public static final String CONDITION = "millrace_condition";

    public static final String ERROR_TYPE = "millrace_error_type";
    public static final String ERROR_MESSAGE = "millrace_error_message";
    public static final String STACK_TRACE = "millrace_stack_trace";
    public static final String FINGERPRINT = "millrace_fingerprint";

    /** Attempts that were started since the event was published or redriven. */
    public static final String ATTEMPTS = "millrace_attempts";

    public static final String FUNCTION = "millrace_function";
    public static final String FUNCTION_VERSION = "millrace_function_version";
    public static final String REQUEST_ID = "millrace_request_id";

    /** When the dead letter was written, in milliseconds since 1970. */
    public static final String DIED_AT = "millrace_died_at";

    /** How often it was redriven before this death. */
    public static final String REDRIVES = "millrace_redrives";

    /** On an event that a replay of the past sent once more: the replay's id (docs/time-machine.md). */
    public static final String REPLAY = "millrace_replay";

    /** With it: the request id of the event it is a copy of. */
    public static final String REPLAY_OF = "millrace_replay_of";

    /** With it: when that event was accepted, in milliseconds since 1970. */
    public static final String REPLAY_OF_TIME = "millrace_replay_of_time";

    /** On the copy of an event that another version runs, too: the request id of that event (docs/shadow.md). */
    public static final String SHADOW_OF = "millrace_shadow_of";

    /** The broker's own notes on where a dead letter came from; its tools read them. */
    public static final String ORIGIN_ADDRESS = "_AMQ_ORIG_ADDRESS";

    public static final String ORIGIN_QUEUE = "_AMQ_ORIG_QUEUE";

    /** The broker's duplicate detection; must not travel with a copy, which the broker would drop. */
    public static final String DUPLICATE_ID = "_AMQ_DUPL_ID";

    /** Annotation with the id the embedded broker gives a message that came without one. */
    public static final String STAMPED_ID = "x-opt-millrace-id";

    /** Annotation with the broker's time of receipt. */
    public static final String INGRESS_TIME = "x-opt-ingress-time";

    private EventProperties() {}
}
