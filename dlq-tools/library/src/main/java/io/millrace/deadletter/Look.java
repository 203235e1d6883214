package io.millrace.deadletter;

/**
 * How much is looked at.
 *
 * @param limit so many dead letters that match, at least 1
 * @param bytesOfEach of every message its beginning of so many bytes, at least 1
 */
public record Look(long limit, int bytesOfEach) {
    /** All, each with all of its body. */
    public static final Look WHOLE = new Look(Long.MAX_VALUE, Integer.MAX_VALUE);

    /** All, each with its body's beginning: enough for every property and for a line of text. */
    public static final Look HEADS = new Look(Long.MAX_VALUE, 256 << 10);

    /** All, with bodies up to 32 MB; those beyond are cut. */
    public static final Look LARGE_BODIES = new Look(Long.MAX_VALUE, 32 << 20);

    public Look {
        if (limit < 1 || bytesOfEach < 1) {
            throw new IllegalArgumentException(
                    "limit is " + limit + " and bytes are " + bytesOfEach + ", expected at least 1 of each");
        }
    }

    public Look atMost(long newLimit) {
        return new Look(newLimit, bytesOfEach);
    }

    int bytesOf(Selection selection) {
        return selection.readsBody() ? Math.max(bytesOfEach, LARGE_BODIES.bytesOfEach) : bytesOfEach;
    }
}
