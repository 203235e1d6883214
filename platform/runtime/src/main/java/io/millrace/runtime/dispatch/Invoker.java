package io.millrace.runtime.dispatch;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.vertx.core.Future;
import java.util.Optional;

/** How doors hand an invocation to the broker. Thread-safe; never blocks. */
public interface Invoker {

    /**
     * Publishes an event to its function's queue.
     *
     * @return succeeds once the broker has the event on disk; fails with BrokerUnavailableException when it cannot tell
     */
    Future<Void> publish(Invocation invocation);

    /**
     * Runs the function and waits for its answer, at most its timeout plus a grace for the way.
     *
     * @return the outcome, also when it is throttled; fails with BrokerUnavailableException when the broker is away, with
     *     {@link RecursiveCallException} when the function calls itself too often, and with
     *     {@link IdempotencyKeyException} when its key let it not run; it did not run then
     */
    Future<Answer> call(Invocation invocation);

    /**
     * As {@link #call}, but what the function answers goes to {@code response} as it is made. One that does not stream
     * gives its answer in one chunk (lambda-semantics 1.9).
     *
     * @return how it ended, once all chunks were handed over; the payload of a success is empty, that of a function
     *     error is the error
     */
    Future<Answer> stream(Invocation invocation, ResponseStream response);

    /**
     * @param executedVersion the version that ran, {@code $LATEST} or a number
     * @param logTail the last 4096 bytes of the invocation's log, START to REPORT (lambda-semantics 1.7); present where
     *     {@link Invocation#LOG_TAIL} asked for it and the function ran
     * @param isReplayed whether it ran before, under the same idempotency key, and not now
     */
    record Answer(Outcome outcome, String executedVersion, Optional<byte[]> logTail, boolean isReplayed) {
        public Answer(Outcome outcome, String executedVersion) {
            this(outcome, executedVersion, Optional.empty());
        }

        public Answer(Outcome outcome, String executedVersion, Optional<byte[]> logTail) {
            this(outcome, executedVersion, logTail, false);
        }
    }
}
