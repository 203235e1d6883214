package io.millrace.runtime.mapping;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Records that are tried together: a batch, or what is left or was split off of one.
 *
 * @param items at least one
 * @param attempts that count
 * @param last empty before the first
 */
record Piece(List<StreamItem> items, int attempts, Optional<LastAttempt> last) {

    /** @param isError whether the function failed; else it said that records did */
    record LastAttempt(String requestId, String executedVersion, boolean isError) {}

    static Piece untried(List<StreamItem> items) {
        return new Piece(items, 0, Optional.empty());
    }

    int size() {
        return items.size();
    }

    StreamItem first() {
        return items.get(0);
    }

    Piece until(int end) {
        return new Piece(items.subList(0, end), attempts, last);
    }

    Piece from(int start) {
        return start == 0 ? this : new Piece(items.subList(start, size()), attempts, last);
    }

    Piece after(LastAttempt attempt) {
        return new Piece(items, attempts, Optional.of(attempt));
    }

    Piece counted() {
        return new Piece(items, attempts + 1, last);
    }

    /** Two, as large as one another. */
    List<Piece> halves() {
        int middle = size() / 2;
        return List.of(until(middle), from(middle));
    }

    boolean isTooOld(Optional<Duration> maximumAge, Instant now) {
        return maximumAge.isPresent() && isOlder(first(), maximumAge.get(), now);
    }

    /** How many of the first are all too old, or all are not. */
    int alikeInAge(Optional<Duration> maximumAge, Instant now) {
        if (maximumAge.isEmpty()) {
            return size();
        }
        boolean isTooOld = isTooOld(maximumAge, now);
        int alike = 1;
        while (alike < size() && isOlder(items.get(alike), maximumAge.get(), now) == isTooOld) {
            alike++;
        }
        return alike;
    }

    private static boolean isOlder(StreamItem item, Duration age, Instant now) {
        return item.record().arrived().plus(age).isBefore(now);
    }
}
