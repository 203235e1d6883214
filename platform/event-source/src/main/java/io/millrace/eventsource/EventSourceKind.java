package io.millrace.eventsource;

/** One kind of event source, for instance Kafka. Found with {@link java.util.ServiceLoader}. Thread-safe. */
public interface EventSourceKind {

    /** As messages call it, for instance {@code Kafka}. */
    String name();

    /** Whether it is of this kind, told from the description alone. */
    boolean isOf(SourceDescription source);

    /** Whether {@link #open} returns a {@link MessageSource}; else it is a {@link PartitionedSource}. */
    default boolean isQueue() {
        return false;
    }

    /**
     * Blocks until it is known whether the source can be read. A source opened again starts behind the last position
     * that was committed, and the first time where the description says: with the latest, all that is written after this
     * returned will be read, also if nothing was committed until the source is opened once more.
     *
     * @param checkpoints where a source without a memory of its own keeps its positions
     * @throws SourceRefusedException if it is not there, or the description does not fit it
     * @throws SourceAwayException if that cannot be told now
     */
    EventSource open(SourceDescription source, Checkpoints checkpoints);

    /**
     * Fails as {@link #open} would. A kind whose open does more than to look says here how to look only.
     *
     * @param none keeps nothing
     */
    default void look(SourceDescription source, Checkpoints none) {
        open(source, none).close();
    }
}
