package io.millrace.eventsource;

/** A source that is read for one mapping. */
public sealed interface EventSource extends AutoCloseable permits MessageSource, PartitionedSource {

    /** Ends calls that wait, with {@link SourceAwayException}; what was not settled will be read again by another. */
    @Override
    void close();
}
