package io.millrace.deadletter;

/**
 * What came of looking through a queue.
 *
 * @param seen shown by the broker
 * @param matched of these, those that were meant
 * @param unread of these, those whose bodies were too large to look into for what was asked of bodies
 * @param visible how many the broker said can be seen, before or after it, whichever is less
 * @param most how many it said can be seen, whichever is more
 * @param hidden how many it said are scheduled or with a consumer, where nobody sees them
 * @param filtered whether the broker was asked to leave some out, so that {@code seen} cannot be checked by its count
 * @param limited whether looking stopped at the limit
 */
public record ScanResult(
        long seen, long matched, long unread, long visible, long most, long hidden, boolean filtered, boolean limited) {

    /** Whether fewer were seen than are there. */
    public boolean isPartial() {
        return !filtered && !limited && seen < visible;
    }

    /** Whether every message that can be seen was seen, once. */
    public boolean isExact() {
        return !filtered && !limited && seen >= visible && seen <= most && unread == 0;
    }
}
