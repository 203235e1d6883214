package io.millrace.runtime.environment;

import java.util.Optional;

/**
 * Who waits for one attempt, and what it wants to hear beside the outcome. Few want anything. Methods are called on any
 * thread and never after the outcome, but for {@link #extensionsEnded}; none may block.
 */
public interface Caller {
    /** Only the outcome. */
    Caller NOBODY = new Caller() {
        @Override
        public boolean wantsLogTail() {
            return false;
        }

        @Override
        public void logTail(byte[] tail) {
            // Not wanted.
        }

        @Override
        public Optional<ResponseSink> responseSink() {
            return Optional.empty();
        }
    };

    /** Whether the outcome is to be preceded by {@link #logTail}. */
    boolean wantsLogTail();

    /** @param tail the last 4096 bytes of the attempt's lines, START and REPORT included (lambda-semantics 1.7) */
    void logTail(byte[] tail);

    /**
     * How long the attempt took; not called for one that never began.
     *
     * @param initNanos of the environment that was initialised for it; 0 if it was warm
     * @param runNanos of the handler
     */
    default void measured(long initNanos, long runNanos) {
        // Few want it.
    }

    /**
     * The extensions of the attempt's environment are done with it, after the outcome; not called where there are none,
     * or where they were ended.
     *
     * @param nanos since the function answered
     */
    default void extensionsEnded(long nanos) {
        // Few want it.
    }

    /** Where a response goes that is made bit by bit; empty if it is to be part of the outcome. */
    Optional<ResponseSink> responseSink();
}
