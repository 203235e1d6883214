package io.millrace.idempotency;

import java.nio.ByteBuffer;
import org.h2.mvstore.MVMap;

/**
 * Completed keys in order, written once and dropped as a whole. Immutable.
 *
 * @param id a larger one is younger
 * @param level how often its keys were merged
 * @param latest when the last of its keys is forgotten, in milliseconds since 1970
 */
record KeyRun(long id, int level, long keys, long latest, KeyFilter filter, MVMap<byte[], byte[]> map) {

    /** As it stands in the list of runs. */
    byte[] entry() {
        return ByteBuffer.allocate(Integer.BYTES + 2 * Long.BYTES)
                .putInt(level)
                .putLong(keys)
                .putLong(latest)
                .array();
    }

    static KeyRun of(long id, byte[] entry, KeyFilter filter, MVMap<byte[], byte[]> map) {
        ByteBuffer from = ByteBuffer.wrap(entry);
        return new KeyRun(id, from.getInt(), from.getLong(), from.getLong(), filter, map);
    }
}
