package io.millrace.runtime.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The last records of a shard, in memory, so that who keeps up reads nothing from the broker. Event loop only. */
final class Tail {
    private static final int LARGEST = 512 * 1024;

    private final ArrayDeque<StreamRecord> records = new ArrayDeque<>();
    private SequenceNumber completeFrom;
    private int size;

    /** @param completeFrom behind which nothing has been put yet */
    Tail(SequenceNumber completeFrom) {
        this.completeFrom = completeFrom;
    }

    void add(StreamRecord record) {
        records.add(record);
        size += record.size();
        while (size > LARGEST && records.size() > 1) {
            StreamRecord oldest = records.remove();
            size -= oldest.size();
            completeFrom = oldest.sequence();
        }
    }

    /** Whether all records behind this place are here. */
    boolean covers(SequenceNumber behind) {
        return !completeFrom.isAfter(behind);
    }

    /** In order, at most so many. */
    List<StreamRecord> behind(SequenceNumber place, int most) {
        List<StreamRecord> found = new ArrayList<>();
        var newestFirst = records.descendingIterator();
        while (newestFirst.hasNext()) {
            StreamRecord record = newestFirst.next();
            if (!record.sequence().isAfter(place)) {
                break;
            }
            found.add(record);
        }
        java.util.Collections.reverse(found);
        return found.subList(0, Math.min(found.size(), most));
    }
}
