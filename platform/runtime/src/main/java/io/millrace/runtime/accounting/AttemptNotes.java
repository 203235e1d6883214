package io.millrace.runtime.accounting;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process does with events, in a memory-mapped file that outlives it without an fsync: who opens the file after
 * it died knows which events it held and which of them ran inside it. From that and the broker's count follows the number
 * of an event's next attempt; the broker's count alone is too low where the broker died as well, and too high for events
 * that only were there (docs/adr/0007). An event that nothing special happened to has a slot only while it is here. For
 * one thread at a time.
 *
 * <p>Layout, big-endian: a header that begins with a magic number and whether a process uses it, and slots. A slot's state is
 * written last.
 */
public final class AttemptNotes implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(AttemptNotes.class);
    private static final long MAGIC = 0x4d4c4c4e4f544531L; // "MLLNOTE1"
    // No event is older: it was removed from its queue, or ended by another worker.
    private static final Duration KEPT = Duration.ofDays(8);

    static final int FREE = 0;
    /** Delivered, and not started. */
    static final int HELD = 1;
    /** Runs in this process, beside others. */
    static final int RUNNING = 2;
    /** Runs in this process and nothing else does. */
    static final int ALONE = 3;
    /** Runs in another process, which this one's end is no proof against; its number is not the broker's. */
    static final int ELSEWHERE = 4;
    /** At the broker; its next number is not what the broker's count says. */
    static final int REMEMBERED = 5;

    /** In the header: whether a process uses the file. */
    private static final int IN_USE = 8;

    private static final int ROW = 4;
    private static final int ID = 8;
    private static final int BROKER_COUNT = 24;
    private static final int NUMBER = 28;
    /** So many more deliveries than that may have been counted, and are no attempts. */
    private static final int EXCUSED = 32;

    private static final int CRASHES = 36;
    private static final int UNPROVEN = 40;
    private static final int SINCE = 48;

    private final Path path;
    private final Clock clock;
    private final Map<Event, Integer> remembered = new HashMap<>();
    private MappedByteBuffer file;
    private int[] free = new int[0];
    private int freeCount;
    private boolean full;

    /** One id given to two functions is two events. */
    private record Event(int row, UUID id) {}

    private AttemptNotes(Path path, Clock clock, MappedByteBuffer file) {
        this.path = path;
        this.clock = clock;
        this.file = file;
    }

    /** @throws IOException if the file cannot be used, or is not one of ours */
    public static AttemptNotes open(Path path, Clock clock) throws IOException {
        MappedByteBuffer mapped = MappedSlots.open(path, MAGIC, "file of started attempts");
        AttemptNotes notes = new AttemptNotes(path, clock, mapped);
        notes.readSlots();
        mapped.putInt(IN_USE, 1);
        return notes;
    }

    private int slots() {
        return MappedSlots.count(file);
    }

    private static int at(int slot) {
        return MappedSlots.at(slot);
    }

    private void readSlots() {
        long now = clock.millis();
        boolean crashed = file.getInt(IN_USE) != 0;
        free = new int[slots()];
        for (int slot = slots() - 1; slot >= 0; slot--) {
            int at = at(slot);
            if (isWhole(at)) {
                if (crashed) {
                    lost(at, now);
                }
            } else {
                file.putInt(at, FREE);
            }
            if (file.getInt(at) == FREE || now - file.getLong(at + SINCE) > KEPT.toMillis()) {
                file.putInt(at, FREE);
                free[freeCount++] = slot;
            } else {
                Integer twice = remembered.put(event(at), slot);
                if (twice != null) {
                    release(twice);
                }
            }
        }
    }

    private boolean isWhole(int at) {
        int state = file.getInt(at);
        return state >= FREE
                && state <= REMEMBERED
                && file.getInt(at + ROW) >= 0
                && file.getInt(at + BROKER_COUNT) >= 0
                && (state == FREE || file.getInt(at + NUMBER) >= 1)
                && file.getInt(at + CRASHES) >= 0
                && file.getInt(at + UNPROVEN) >= 0;
    }

    /** The process that wrote this died, and its deliveries with it. */
    private void lost(int at, long now) {
        int state = file.getInt(at);
        if (state == FREE) {
            return;
        }
        if (state == REMEMBERED) {
            // It may have been on its way to that process.
            file.putInt(at + EXCUSED, file.getInt(at + EXCUSED) + 1);
            return;
        }
        // A broker that lived on has counted a delivery for it.
        file.putInt(at + EXCUSED, state == ELSEWHERE ? 0 : 1);
        file.putLong(at + SINCE, now);
        if (state == RUNNING) {
            file.putInt(at + CRASHES, file.getInt(at + CRASHES) + 1);
            file.putInt(at + UNPROVEN, file.getInt(at + UNPROVEN) + 1);
        } else if (state == ALONE) {
            // Nothing else can have ended the process: this attempt is spent, and so are those that were in doubt.
            file.putInt(at + CRASHES, file.getInt(at + CRASHES) + 1);
            file.putInt(at + NUMBER, file.getInt(at + NUMBER) + file.getInt(at + UNPROVEN) + 1);
            file.putInt(at + UNPROVEN, 0);
        }
        VarHandle.releaseFence();
        file.putInt(at, REMEMBERED);
    }

    private Event event(int at) {
        return new Event(file.getInt(at + ROW), new UUID(file.getLong(at + ID), file.getLong(at + ID + 8)));
    }

    /** Events that ran in a process when it was lost, and have not been cleared since. */
    public int suspects() {
        return (int) remembered.values().stream()
                .filter(slot -> file.getInt(at(slot) + CRASHES) > 0)
                .count();
    }

    /**
     * An event was delivered. Nothing is written yet.
     *
     * @param row of its function in the {@link Tally}
     * @param id a UUID
     * @param brokerCount failed deliveries before this one, as the broker counts them
     */
    public AttemptNote arrived(int row, String id, int brokerCount) {
        if (!remembered.isEmpty()) {
            Integer slot = remembered.remove(new Event(row, UUID.fromString(id)));
            if (slot != null) {
                int at = at(slot);
                int since = brokerCount - file.getInt(at + BROKER_COUNT) - file.getInt(at + EXCUSED);
                return new AttemptNote(
                        this,
                        row,
                        id,
                        brokerCount,
                        file.getInt(at + NUMBER) + Math.max(0, since),
                        file.getInt(at + CRASHES),
                        file.getInt(at + UNPROVEN),
                        slot);
            }
        }
        return new AttemptNote(this, row, id, brokerCount, brokerCount + 1, 0, 0, AttemptNote.NO_SLOT);
    }

    /** @return its slot; none if there is none left and the file cannot grow */
    int write(int slot, AttemptNote note, int state) {
        int into = slot == AttemptNote.NO_SLOT ? takeFree() : slot;
        if (into != AttemptNote.NO_SLOT) {
            write(into, note, note.brokerCount(), note.number(), 0, state);
        }
        return into;
    }

    private void write(int slot, AttemptNote note, int brokerCount, int number, int excused, int state) {
        int at = at(slot);
        UUID id = note.event();
        file.putInt(at + ROW, note.row());
        file.putLong(at + ID, id.getMostSignificantBits());
        file.putLong(at + ID + 8, id.getLeastSignificantBits());
        file.putInt(at + BROKER_COUNT, brokerCount);
        file.putInt(at + NUMBER, number);
        file.putInt(at + EXCUSED, excused);
        file.putInt(at + CRASHES, note.crashes());
        file.putInt(at + UNPROVEN, note.unproven());
        VarHandle.releaseFence();
        writeState(slot, state);
    }

    void writeState(int slot, int state) {
        file.putInt(at(slot), state);
    }

    /**
     * Until it arrives again.
     *
     * @param brokerCount failed deliveries before the next one, as the broker will count them
     * @param number of the next attempt
     * @param excused so many more may be counted
     */
    void remember(int slot, AttemptNote note, int brokerCount, int number, int excused) {
        file.putLong(at(slot) + SINCE, clock.millis());
        write(slot, note, brokerCount, number, excused, REMEMBERED);
        remembered.put(new Event(note.row(), note.event()), slot);
    }

    void forget(int slot, AttemptNote note) {
        if (!remembered.isEmpty()) {
            remembered.remove(new Event(note.row(), note.event()));
        }
        release(slot);
    }

    private void release(int slot) {
        writeState(slot, FREE);
        free[freeCount++] = slot;
    }

    /** Forgets the events of a function that was deleted: another one may get its row. */
    public void remove(int row) {
        remembered.entrySet().removeIf(entry -> {
            boolean removed = entry.getKey().row() == row;
            if (removed) {
                release(entry.getValue());
            }
            return removed;
        });
    }

    private int takeFree() {
        if (freeCount == 0 && !grow()) {
            return AttemptNote.NO_SLOT;
        }
        return free[--freeCount];
    }

    private boolean grow() {
        int before = slots();
        if (full || before > MappedSlots.MOST_SLOTS / 2) {
            return false;
        }
        try {
            file = MappedSlots.grow(path, before * 2);
        } catch (IOException cannot) {
            full = true;
            LOGGER.atWarn()
                    .addKeyValue("path", path)
                    .addKeyValue("slots", before)
                    .setCause(cannot)
                    .log("file of started attempts cannot grow; further ones are not noted");
            return false;
        }
        free = Arrays.copyOf(free, before * 2);
        for (int slot = before * 2 - 1; slot >= before; slot--) {
            free[freeCount++] = slot;
        }
        return true;
    }

    /** The process ends as it should. Writes through to the disk. */
    @Override
    public void close() {
        file.putInt(IN_USE, 0);
        file.force();
    }
}
