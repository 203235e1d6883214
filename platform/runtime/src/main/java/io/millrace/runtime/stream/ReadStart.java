package io.millrace.runtime.stream;

import java.time.Instant;

/** Where a reader starts. */
public sealed interface ReadStart {

    /** At the oldest record that is retained. */
    record TrimHorizon() implements ReadStart {}

    /** At the first record that comes from now on. */
    record Latest() implements ReadStart {}

    /** At the first record that came at this time or later. */
    record AtTimestamp(Instant timestamp) implements ReadStart {}

    /** Behind a record, whether it is still there or not. */
    record After(SequenceNumber sequence) implements ReadStart {}

    /** At a record, or the first behind it if it is not there any more. */
    record At(SequenceNumber sequence) implements ReadStart {}

    /**
     * Where a reader was.
     *
     * @param from records that came before do not count; the epoch, where all do
     */
    record Resume(SequenceNumber behind, Instant from) implements ReadStart {}
}
