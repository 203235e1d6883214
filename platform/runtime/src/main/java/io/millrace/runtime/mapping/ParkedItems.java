package io.millrace.runtime.mapping;

import io.millrace.idempotency.Digest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages whose idempotency key is in use, held here for another try: that spends no delivery. Event loop only. */
final class ParkedItems {
    private static final int MOST = 1_000;
    private static final long MOST_BYTES = 32 * 1024 * 1024;

    private final Map<Digest, List<BatchItem>> byKey = new LinkedHashMap<>();
    private int size;
    private long bytes;

    boolean isEmpty() {
        return byKey.isEmpty();
    }

    boolean hasRoom() {
        return size < MOST && bytes < MOST_BYTES;
    }

    /** @param item with a key */
    void add(BatchItem item) {
        byKey.computeIfAbsent(item.key().orElseThrow().digest(), key -> new ArrayList<>())
                .add(item);
        size++;
        bytes += item.record().length;
    }

    /** Those that wait for this key; they wait no longer. */
    List<BatchItem> take(Digest key) {
        List<BatchItem> items = byKey.remove(key);
        if (items == null) {
            return List.of();
        }
        size -= items.size();
        items.forEach(item -> bytes -= item.record().length);
        return items;
    }

    List<BatchItem> takeAll() {
        List<BatchItem> all = new ArrayList<>();
        byKey.values().forEach(all::addAll);
        byKey.clear();
        size = 0;
        bytes = 0;
        return all;
    }
}
