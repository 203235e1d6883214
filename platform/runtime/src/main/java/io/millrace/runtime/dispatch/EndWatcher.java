package io.millrace.runtime.dispatch;

/** Hears how the events of one function end. */
@FunctionalInterface
public interface EndWatcher {
    /**
     * Called for each event that ran to its end, behind what its end needs; what never ran, or had its result from an
     * earlier one with its idempotency key, is not told. An event whose end the broker did not get to see may be told of
     * twice. On the event loop of the workers; must not block.
     */
    void ended(EventEnd end);
}
