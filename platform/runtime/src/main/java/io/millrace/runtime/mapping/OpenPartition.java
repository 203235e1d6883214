package io.millrace.runtime.mapping;

import io.millrace.eventsource.EventFrame;

/**
 * A partition that a poller reads.
 *
 * @param retriesExhausted how records for its on-failure destination call that
 */
record OpenPartition(
        EventSourceMapping mapping, GuardedSource source, String name, EventFrame frame, String retriesExhausted) {

    /** Asks the source, and fails as that does. */
    static OpenPartition of(EventSourceMapping mapping, GuardedSource source, String name) {
        return new OpenPartition(mapping, source, name, source.frame(name), source.retriesExhausted());
    }

    /** What the records of one event may have, with commas, so that the event is not too large (lambda-semantics 3.2). */
    int mostRecordBytes() {
        int around = frame.head().length() + frame.tail().length();
        boolean hasWindows = !mapping.settings().stream().tumblingWindow().isZero();
        int window = hasWindows ? OpenWindow.MOST_STATE_BYTES + OpenWindow.MOST_OTHER_BYTES : 0;
        return Batch.MOST_BYTES - around - window;
    }
}
