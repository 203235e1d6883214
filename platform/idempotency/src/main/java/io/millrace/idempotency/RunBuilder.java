package io.millrace.idempotency;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.MVMap;

/** Writes a run, a stride at a time. For one thread. */
final class RunBuilder {
    private static final int STRIDE_BYTES = 4 << 20;

    private final long id;
    private final int level;
    private final List<KeyRun> sources;
    private final Iterator<Map.Entry<byte[], byte[]>> entries;
    private final MVMap<byte[], byte[]> map;
    private final KeyFilter filter;
    private long keys;
    private long latest;

    /**
     * @param sources what it replaces; none if it is made of what is in memory
     * @param entries in the order of keys, each key once
     * @param most keys that may come
     */
    RunBuilder(
            long id,
            int level,
            List<KeyRun> sources,
            Iterator<Map.Entry<byte[], byte[]>> entries,
            long most,
            MVMap<byte[], byte[]> map) {
        this.id = id;
        this.level = level;
        this.sources = sources;
        this.entries = entries;
        this.map = map;
        this.filter = KeyFilter.forKeys(most);
    }

    /**
     * Leaves out what is over.
     *
     * @return whether it has all
     */
    boolean stride(int most, long now) {
        int bytes = 0;
        for (int i = 0; i < most && bytes < STRIDE_BYTES && entries.hasNext(); i++) {
            Map.Entry<byte[], byte[]> next = entries.next();
            long until = CompletedRecord.until(next.getValue());
            if (until > now) {
                map.put(next.getKey(), next.getValue());
                filter.add(next.getKey());
                keys++;
                latest = Math.max(latest, until);
                bytes += next.getValue().length;
            }
        }
        return !entries.hasNext();
    }

    KeyRun run() {
        return new KeyRun(id, level, keys, latest, filter, map);
    }

    List<KeyRun> sources() {
        return sources;
    }
}
