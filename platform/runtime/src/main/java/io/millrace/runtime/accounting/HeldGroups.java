package io.millrace.runtime.accounting;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.MappedByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Message groups whose event waits at the broker for its next attempt, in a memory-mapped file that outlives this process
 * without an fsync: so those behind it do not overtake it after a restart. A group is known by a hash of its name. For
 * one thread at a time.
 *
 * <p>Layout, big-endian: a magic number in the header, and slots. A slot's state is written last.
 */
public final class HeldGroups implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HeldGroups.class);
    private static final long MAGIC = 0x4d4c4c4752505331L; // "MLLGRPS1"

    private static final int FREE = 0;
    private static final int HELD = 1;

    private static final int ROW = 4;
    private static final int GROUP = 8;
    private static final int HOLDER = 24;
    private static final int UNTIL = 40;

    private final Path path;
    private final Map<Key, Integer> slots = new HashMap<>();
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private MappedByteBuffer file;
    private boolean full;

    private record Key(int row, UUID group) {
        static Key of(int row, String group) {
            return new Key(row, UUID.nameUUIDFromBytes(group.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /**
     * Whose turn it is in a group.
     *
     * @param id of the event
     * @param untilMillis when it is given up on, should it not be back; of the clock
     */
    public record Holder(String id, long untilMillis) {}

    private HeldGroups(Path path, MappedByteBuffer file) {
        this.path = path;
        this.file = file;
    }

    /** @throws IOException if the file cannot be used, or is not one of ours */
    public static HeldGroups open(Path path, Clock clock) throws IOException {
        HeldGroups groups = new HeldGroups(path, MappedSlots.open(path, MAGIC, "file of held message groups"));
        groups.readSlots(clock.millis());
        return groups;
    }

    private void readSlots(long nowMillis) {
        for (int slot = 0; slot < MappedSlots.count(file); slot++) {
            int at = MappedSlots.at(slot);
            boolean waitsStill = file.getInt(at) == HELD && file.getLong(at + UNTIL) >= nowMillis;
            if (!waitsStill || slots.putIfAbsent(new Key(file.getInt(at + ROW), uuid(at + GROUP)), slot) != null) {
                file.putInt(at, FREE);
                free.add(slot);
            }
        }
    }

    /** Who was to run next in a group; empty for a group that nothing is noted of. */
    public Optional<Holder> holder(int row, String group) {
        Integer slot = slots.isEmpty() ? null : slots.get(Key.of(row, group));
        if (slot == null) {
            return Optional.empty();
        }
        int at = MappedSlots.at(slot);
        return Optional.of(new Holder(uuid(at + HOLDER).toString(), file.getLong(at + UNTIL)));
    }

    /**
     * Notes who runs next in a group.
     *
     * @param row of the function in the {@link Tally}
     * @param id a UUID
     */
    public void hold(int row, String group, String id, long untilMillis) {
        Key key = Key.of(row, group);
        Integer known = slots.get(key);
        Integer slot = known == null ? takeFree() : known;
        if (slot == null) {
            return;
        }
        int at = MappedSlots.at(slot);
        UUID holder = UUID.fromString(id);
        file.putInt(at, FREE);
        VarHandle.releaseFence();
        file.putInt(at + ROW, row);
        put(at + GROUP, key.group());
        put(at + HOLDER, holder);
        file.putLong(at + UNTIL, untilMillis);
        VarHandle.releaseFence();
        file.putInt(at, HELD);
        slots.put(key, slot);
    }

    /** The next of the group may run, whoever that is. */
    public void release(int row, String group) {
        Integer slot = slots.isEmpty() ? null : slots.remove(Key.of(row, group));
        if (slot != null) {
            release(slot);
        }
    }

    /** Forgets the groups of a function that was deleted: another one may get its row. */
    public void remove(int row) {
        slots.entrySet().removeIf(entry -> {
            boolean removed = entry.getKey().row() == row;
            if (removed) {
                release(entry.getValue());
            }
            return removed;
        });
    }

    private void release(int slot) {
        file.putInt(MappedSlots.at(slot), FREE);
        free.add(slot);
    }

    private @Nullable Integer takeFree() {
        if (free.isEmpty()) {
            grow();
        }
        return free.poll();
    }

    private void grow() {
        int before = MappedSlots.count(file);
        if (full || before > MappedSlots.MOST_SLOTS / 2) {
            return;
        }
        try {
            file = MappedSlots.grow(path, before * 2);
        } catch (IOException cannot) {
            full = true;
            LOGGER.atWarn()
                    .addKeyValue("path", path)
                    .addKeyValue("slots", before)
                    .setCause(cannot)
                    .log("file of held message groups cannot grow; a restart may change the order of further ones");
            return;
        }
        for (int slot = before; slot < before * 2; slot++) {
            free.add(slot);
        }
    }

    private UUID uuid(int at) {
        return new UUID(file.getLong(at), file.getLong(at + Long.BYTES));
    }

    private void put(int at, UUID id) {
        file.putLong(at, id.getMostSignificantBits());
        file.putLong(at + Long.BYTES, id.getLeastSignificantBits());
    }

    /** Writes through to the disk. */
    @Override
    public void close() {
        file.force();
    }
}
