package io.millrace.deadletter;

import java.util.Optional;

/**
 * Which dead letters are moved back, and how many at most.
 *
 * @param target the queue they go to; empty for the one each died in
 * @param max at least 1
 * @param dryRun whether only to say what would be moved
 */
public record RedriveRequest(Selection selection, Optional<String> target, long max, boolean dryRun) {
    public static final RedriveRequest ALL = new RedriveRequest(Selection.ALL, Optional.empty(), Long.MAX_VALUE, false);

    public RedriveRequest {
        if (max < 1) {
            throw new IllegalArgumentException("max is " + max + ", expected at least 1");
        }
    }

    public RedriveRequest of(Selection newSelection) {
        return new RedriveRequest(newSelection, target, max, dryRun);
    }

    public RedriveRequest to(String queue) {
        return new RedriveRequest(selection, Optional.of(queue), max, dryRun);
    }

    public RedriveRequest atMost(long newMax) {
        return new RedriveRequest(selection, target, newMax, dryRun);
    }

    public RedriveRequest onlyPlanned() {
        return new RedriveRequest(selection, target, max, true);
    }
}
