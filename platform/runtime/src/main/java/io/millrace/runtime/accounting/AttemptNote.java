package io.millrace.runtime.accounting;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is noted of one delivery of an event, for those who come after this process. Its thread is that of its
 * {@link AttemptNotes}.
 */
public final class AttemptNote {
    static final int NO_SLOT = -1;

    private final AttemptNotes notes;
    private final int row;
    private final String id;
    private final int brokerCount;
    private final int number;
    private final boolean known;
    private int crashes;
    private int unproven;
    private int slot;
    /** Whether the slot has it all, but for the state. */
    private boolean written;
    /** Whether an attempt of this delivery has ended, or the delivery itself; there is nothing more to note of it. */
    private boolean ended;

    private @Nullable UUID event;

    AttemptNote(
            AttemptNotes notes, int row, String id, int brokerCount, int number, int crashes, int unproven, int slot) {
        this.notes = notes;
        this.row = row;
        this.id = id;
        this.brokerCount = brokerCount;
        this.number = number;
        this.known = slot != NO_SLOT;
        this.crashes = crashes;
        this.unproven = unproven;
        this.slot = slot;
    }

    int row() {
        return row;
    }

    UUID event() {
        UUID parsed = event == null ? UUID.fromString(id) : event;
        event = parsed;
        return parsed;
    }

    int brokerCount() {
        return brokerCount;
    }

    int unproven() {
        return unproven;
    }

    /** Of the attempt that this delivery is for, from 1. */
    public int number() {
        return number;
    }

    /** How often it ran in a process when that was lost, since an attempt at it last ended; above 0 it is a suspect. */
    public int crashes() {
        return crashes;
    }

    public boolean isSuspect() {
        return crashes > 0;
    }

    /** It waits here for its start: a crash meanwhile has nothing to do with it. */
    public void held() {
        note(AttemptNotes.HELD);
    }

    /** Its attempt starts in this process, beside others. */
    public void running() {
        note(AttemptNotes.RUNNING);
    }

    /** Its attempt starts in this process, and nothing else runs in it. */
    public void alone() {
        note(AttemptNotes.ALONE);
    }

    private void note(int state) {
        if (ended) {
            return; // The slot may be another delivery's.
        }
        if (written) {
            notes.writeState(slot, state);
        } else {
            slot = notes.write(slot, this, state);
            written = slot != NO_SLOT;
        }
    }

    /** Its attempt starts in another process, which ends without this one; so the broker's count goes on for it. */
    public void elsewhere() {
        crashes = 0;
        unproven = 0;
        if (slot == NO_SLOT) {
            return;
        }
        if (isForTheBrokerToCount()) {
            letGo(); // It may still come to wait again: for the store of its key.
        } else {
            notes.write(slot, this, AttemptNotes.ELSEWHERE);
        }
    }

    /** The attempt has ended, in whichever way: it did no harm. The event may yet be delivered again, counted. */
    public void reported() {
        if (ended) {
            return;
        }
        ended = true;
        crashes = 0;
        unproven = 0;
        if (slot == NO_SLOT) {
            return;
        }
        if (isForTheBrokerToCount()) {
            over();
        } else {
            notes.remember(slot, this, brokerCount + 1, number + 1, 0);
        }
    }

    /** The broker has it back, uncounted. */
    public void returned() {
        ended = true;
        if (slot == NO_SLOT) {
            return;
        }
        if (isForTheBrokerToCount()) {
            over();
        } else {
            notes.remember(slot, this, brokerCount, number, 0);
            slot = NO_SLOT;
        }
    }

    /** The connection went while it waited: the broker has it back, and may have counted that. */
    public void dropped() {
        ended = true;
        if (slot != NO_SLOT) {
            notes.remember(slot, this, brokerCount, number, 1);
            slot = NO_SLOT;
        }
    }

    /** The event has come to its end. */
    public void over() {
        ended = true;
        letGo();
    }

    private void letGo() {
        if (slot != NO_SLOT) {
            notes.forget(slot, this);
            slot = NO_SLOT;
            written = false;
        }
    }

    // One that was known when it arrived stays so: a broker that dies here may lose the failure it was told of.
    private boolean isForTheBrokerToCount() {
        return !known && number == brokerCount + 1;
    }
}
