package io.millrace.eventsource.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads all partitions of a source in turns, as one mapping would. For one thread. */
final class Reader implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final Duration TURN = Duration.ofMillis(100);
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final int MOST = 100;

    final PartitionedSource source;

    Reader(PartitionedSource source) {
        this.source = source;
    }

    /** Until it has this many, by partition. */
    Map<String, List<SourceRecord>> read(int count) throws InterruptedException {
        return read(count, false);
    }

    /** As {@link #read}, however often the source says meanwhile that it is away. */
    Map<String, List<SourceRecord>> readInBadTimes(int count) throws InterruptedException {
        return read(count, true);
    }

    private Map<String, List<SourceRecord>> read(int count, boolean mayBeAway) throws InterruptedException {
        Map<String, List<SourceRecord>> records = new TreeMap<>();
        Instant end = Instant.now().plus(LONGEST);
        int missing = count;
        while (missing > 0) {
            if (Instant.now().isAfter(end)) {
                fail("only %d of %d records came", count - missing, count);
            }
            try {
                missing -= turn(records);
            } catch (SourceAwayException away) {
                if (!mayBeAway) {
                    throw away;
                }
            }
        }
        return records;
    }

    private int turn(Map<String, List<SourceRecord>> records) throws InterruptedException {
        int came = 0;
        for (String partition : source.partitions()) {
            List<SourceRecord> some = source.read(partition, MOST, TURN);
            assertThat(some).hasSizeLessThanOrEqualTo(MOST);
            if (!some.isEmpty()) {
                records.computeIfAbsent(partition, first -> new ArrayList<>()).addAll(some);
            }
            came += some.size();
        }
        return came;
    }

    void readsNothingMore() throws InterruptedException {
        Map<String, List<SourceRecord>> records = new TreeMap<>();
        Instant end = Instant.now().plus(QUIET);
        while (Instant.now().isBefore(end)) {
            turn(records);
            assertThat(records).isEmpty();
        }
    }

    void commitAll(Map<String, List<SourceRecord>> records) {
        records.forEach((partition, some) -> assertThat(
                        source.commit(partition, some.get(some.size() - 1).position()))
                .isTrue());
    }

    @Override
    public void close() {
        source.close();
    }
}
