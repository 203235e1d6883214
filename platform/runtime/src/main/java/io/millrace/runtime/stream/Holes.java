package io.millrace.runtime.stream;

import org.jspecify.annotations.Nullable;

/**
 * Where a browse jumped over records. Each hole is looked at again a few times; then it is known to be none if the
 * records may never have been there, and stays one if the broker confirmed them. Event loop only.
 */
final class Holes {
    private static final int LOOKS = 5;

    private @Nullable SequenceNumber last;
    private @Nullable SequenceNumber empty;
    private int looks;

    enum Verdict {
        LOOK_AGAIN,
        /** The writer failed at that place, so the numbers are missing for good. */
        NOTHING_WAS_THERE,
        /** The broker confirmed a record that it does not show. */
        MISSING
    }

    /** @param behind the last record before the hole */
    Verdict met(SequenceNumber behind, boolean mustBeThere) {
        if (behind.equals(empty)) {
            return Verdict.NOTHING_WAS_THERE;
        }
        looks = behind.equals(last) ? looks + 1 : 1;
        last = behind;
        if (looks <= LOOKS) {
            return Verdict.LOOK_AGAIN;
        }
        looks = 0;
        if (mustBeThere) {
            return Verdict.MISSING;
        }
        empty = behind;
        return Verdict.NOTHING_WAS_THERE;
    }

    /** Whether this is being looked at again. */
    boolean isAt(SequenceNumber behind) {
        return behind.equals(last);
    }
}
