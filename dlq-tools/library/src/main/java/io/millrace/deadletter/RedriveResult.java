package io.millrace.deadletter;

import java.util.List;

/**
 * What a redrive did, or would do.
 *
 * @param moved by the broker's own count; 0 when it was only planned
 * @param planned matched when it began
 * @param withoutOrigin of the matching ones, those left where they are, because nobody wrote down where they died
 */
public record RedriveResult(long moved, long planned, long withoutOrigin, List<Route> routes) {
    /** How many were planned to go to one queue. */
    public record Route(String target, long planned) {}
}
