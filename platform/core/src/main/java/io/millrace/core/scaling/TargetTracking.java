package io.millrace.core.scaling;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;

/**
 * When and how far one policy changes a capacity (lambda-semantics 4.4): out after 3 datapoints in a row above the
 * target, in after 15 in a row below 90 % of it. It asks; whoever owns it makes the change and reports it with
 * {@link #changed}, which starts the cooldown. Not thread-safe.
 */
public final class TargetTracking {
    static final int HIGH_IN_A_ROW = 3;
    static final int LOW_IN_A_ROW = 15;
    /** With none there would be no utilisation, and nothing could ever scale out again. */
    private static final int LEAST = 1;

    private final TargetTrackingPolicy policy;
    private final InstantSource clock;
    /** What each of the last low datapoints needed, all in a row, not more than are looked at. */
    private final Deque<Integer> lows = new ArrayDeque<>();

    private int highs;
    private int lastAdded;
    private Instant scaleOutCoolsUntil = Instant.MIN;
    private Instant scaleInCoolsUntil = Instant.MIN;

    /** @param clock for the cooldowns */
    public TargetTracking(TargetTrackingPolicy policy, InstantSource clock) {
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * Takes the next period into account. To be called for every period that had provisioned environments, also while a
     * change is under way.
     *
     * @param capacity environments that are configured now
     * @return another capacity that the policy asks for, within the range and at least 1; empty if it asks for none
     */
    public OptionalInt next(Datapoint datapoint, int capacity, CapacityRange range) {
        count(datapoint);
        if (highs >= HIGH_IN_A_ROW) {
            return scaleOut(capacity, range.nearest(policy.needed(datapoint)));
        }
        if (lows.size() == LOW_IN_A_ROW && !policy.isScaleInDisabled()) {
            // For the busiest of them, so that a quiet last minute does not take away what the others used.
            int needed = lows.stream().mapToInt(Integer::intValue).max().orElseThrow();
            return scaleIn(capacity, Math.max(LEAST, range.nearest(needed)));
        }
        return OptionalInt.empty();
    }

    private void count(Datapoint datapoint) {
        highs = policy.isHigh(datapoint) ? highs + 1 : 0;
        if (!policy.isLow(datapoint)) {
            lows.clear();
            return;
        }
        lows.addLast(policy.needed(datapoint));
        if (lows.size() > LOW_IN_A_ROW) {
            lows.removeFirst();
        }
    }

    private OptionalInt scaleOut(int capacity, int wanted) {
        int added = wanted - capacity;
        boolean coolsDown = clock.instant().isBefore(scaleOutCoolsUntil);
        return added > (coolsDown ? lastAdded : 0) ? OptionalInt.of(wanted) : OptionalInt.empty();
    }

    private OptionalInt scaleIn(int capacity, int wanted) {
        boolean coolsDown = clock.instant().isBefore(scaleInCoolsUntil);
        return wanted < capacity && !coolsDown ? OptionalInt.of(wanted) : OptionalInt.empty();
    }

    /** What {@link #next} asked for has been done. A scale-out ends the cooldown of a scale-in. */
    public void changed(int from, int to) {
        if (to > from) {
            lastAdded = to - from;
            scaleOutCoolsUntil = in(policy.scaleOutCooldown());
            scaleInCoolsUntil = Instant.MIN;
        } else {
            scaleInCoolsUntil = in(policy.scaleInCooldown());
        }
    }

    private Instant in(Duration cooldown) {
        return clock.instant().plus(cooldown);
    }
}
