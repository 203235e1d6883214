package io.millrace.eventsource;

import java.util.Map;
import java.util.Optional;

/** Durable positions of one mapping in a source that keeps none itself. Thread-safe; blocks for the disk. */
public interface Checkpoints {

    /** Of a partition, as it was saved last. */
    Optional<String> find(String partition);

    /** All, by partition. */
    Map<String, String> all();

    /**
     * On disk when it returns.
     *
     * @param position up to 1,024 characters
     * @throws SourceAwayException if it could not be kept
     */
    void save(String partition, String position);

    /** Of partitions that will never be read again. */
    void forget(String partition);
}
