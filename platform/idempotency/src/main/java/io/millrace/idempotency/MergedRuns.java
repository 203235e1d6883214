package io.millrace.idempotency;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.h2.mvstore.Cursor;

/** The keys of several runs in one order; of a key that is in more than one, the youngest run's record. */
final class MergedRuns implements Iterator<Map.Entry<byte[], byte[]>> {
    private static final Comparator<Source> FIRST_KEY_OF_YOUNGEST = Comparator.<Source, byte[]>comparing(
                    source -> source.key, Arrays::compareUnsigned)
            .thenComparingInt(source -> source.age);

    private final PriorityQueue<Source> sources = new PriorityQueue<>(FIRST_KEY_OF_YOUNGEST);

    /** @param youngestFirst of which none changes meanwhile */
    MergedRuns(List<KeyRun> youngestFirst) {
        for (int age = 0; age < youngestFirst.size(); age++) {
            queue(new Source(youngestFirst.get(age).map().cursor(null), age));
        }
    }

    private static final class Source {
        final Cursor<byte[], byte[]> cursor;
        final int age;
        byte[] key = {};

        Source(Cursor<byte[], byte[]> cursor, int age) {
            this.cursor = cursor;
            this.age = age;
        }
    }

    private void queue(Source source) {
        if (source.cursor.hasNext()) {
            source.key = source.cursor.next();
            sources.add(source);
        }
    }

    @Override
    public boolean hasNext() {
        return !sources.isEmpty();
    }

    @Override
    public Map.Entry<byte[], byte[]> next() {
        Source first = sources.poll();
        if (first == null) {
            throw new NoSuchElementException("all keys of the runs were read");
        }
        Map.Entry<byte[], byte[]> next = Map.entry(first.key, first.cursor.getValue());
        queue(first);
        for (Source same = sources.peek();
                same != null && Arrays.equals(same.key, next.getKey());
                same = sources.peek()) {
            sources.remove();
            queue(same);
        }
        return next;
    }
}
