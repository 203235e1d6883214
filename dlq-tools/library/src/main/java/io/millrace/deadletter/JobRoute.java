package io.millrace.deadletter;

/**
 * Those of a job that go to one queue. All numbers are counted at the broker.
 *
 * @param origin only what died in this queue; empty for all
 * @param target the queue they go to
 * @param qualifier the version or alias that is to run them; empty where they keep their own
 * @param matched how many there were when the job began
 * @param planned how many of them are to be moved
 * @param moved how many of them have left
 * @param held why the rest does not go on; empty where it does
 */
public record JobRoute(
        String origin, String target, String qualifier, long matched, long planned, long moved, String held) {

    JobRoute counted(long remaining, long movedAtLeast) {
        long left = Math.max(movedAtLeast, matched - remaining);
        return new JobRoute(origin, target, qualifier, matched, planned, Math.min(left, planned), held);
    }

    JobRoute held(String why) {
        return new JobRoute(origin, target, qualifier, matched, planned, moved, why);
    }

    /** How many are still to be moved. */
    public long left() {
        return planned - moved;
    }
}
