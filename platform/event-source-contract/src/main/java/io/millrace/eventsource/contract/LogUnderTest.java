package io.millrace.eventsource.contract;

import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A topic, stream or table at the real server, which was empty when it was made. */
public interface LogUnderTest {

    /**
     * Writes them one after the other. The server has them when this returns. Records of one key go to one partition,
     * and many keys to all.
     */
    void write(List<Written> records);

    /**
     * @param mapping a word; two of them are two mappings, with consumer groups of their own where there are any
     * @param timestamp of {@link StartingPosition#AT_TIMESTAMP}, else empty
     */
    SourceDescription describe(String mapping, StartingPosition from, Optional<Instant> timestamp);

    /** A record as it is written. */
    record Written(String key, String value) {}
}
