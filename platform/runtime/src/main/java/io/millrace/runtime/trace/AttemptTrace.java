package io.millrace.runtime.trace;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.ResponseSink;
import java.util.Optional;

/**
 * The trace of one attempt, from its start until it is settled; as the attempt's caller it hears how long it took. Each
 * method says where it is called; none blocks. What nobody overrides does nothing.
 */
public interface AttemptTrace extends Caller {
    /** Of attempts that nobody traces. */
    AttemptTrace NONE = new AttemptTrace() {};

    /** What the broker was told of an event. */
    enum Settlement {
        COMPLETE("complete"),
        RETRY("retry"),
        DEAD_LETTER("dead-letter"),
        /** It could not be told; the broker delivers the event again. */
        UNKNOWN("unknown");

        private final String word;

        Settlement(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** The invocation as its function sees it: what it calls comes behind this attempt. */
    default Invocation seen(Invocation invocation) {
        return invocation;
    }

    /** Somebody who waits for the attempt, and this. */
    default Caller with(Caller caller) {
        return caller;
    }

    /** The attempt ended; on any thread, once. */
    default void ended(Outcome outcome) {
        // Nobody wants to know.
    }

    /** Nothing ran: the result is an earlier one under the same idempotency key. On any thread. */
    default void replayed() {
        // Nobody wants to know.
    }

    /** The broker was told; after {@link #ended}, on the event loop of the workers. */
    default void settled(Settlement how) {
        // Nobody wants to know.
    }

    /**
     * The trace header for what follows from the attempt.
     *
     * @param came that of the event
     */
    default Optional<String> header(Optional<String> came) {
        return came;
    }

    /** The same as {@code traceparent}; empty where nobody traces. */
    default Optional<String> traceparent() {
        return Optional.empty();
    }

    /** What vendors said of it; to be handed on with {@link #traceparent}. */
    default Optional<String> tracestate() {
        return Optional.empty();
    }

    @Override
    default boolean wantsLogTail() {
        return false;
    }

    @Override
    default void logTail(byte[] tail) {
        // Not wanted.
    }

    @Override
    default Optional<ResponseSink> responseSink() {
        return Optional.empty();
    }
}
