package io.millrace.deadletter;

import java.util.Optional;

/**
 * What a redrive job is asked to do.
 *
 * @param to a function, {@code function:version} or a queue; empty for the queue each died in
 * @param max at most so many, at least 1
 * @param by who asks
 * @param reason why, in their words; may be empty
 */
public record JobRequest(Selection selection, Optional<String> to, long max, Pace pace, String by, String reason) {
    public JobRequest {
        if (max < 1) {
            throw new IllegalArgumentException("max is " + max + ", expected at least 1");
        }
    }

    /** All of a queue, each to where it died, as fast as it goes. */
    public static JobRequest all(String by) {
        return new JobRequest(Selection.ALL, Optional.empty(), Long.MAX_VALUE, Pace.UNLIMITED, by, "");
    }

    public JobRequest of(Selection newSelection) {
        return new JobRequest(newSelection, to, max, pace, by, reason);
    }

    public JobRequest to(String target) {
        return new JobRequest(selection, Optional.of(target), max, pace, by, reason);
    }

    public JobRequest atMost(long newMax) {
        return new JobRequest(selection, to, newMax, pace, by, reason);
    }

    public JobRequest at(Pace newPace) {
        return new JobRequest(selection, to, max, newPace, by, reason);
    }

    public JobRequest because(String newReason) {
        return new JobRequest(selection, to, max, pace, by, newReason);
    }
}
