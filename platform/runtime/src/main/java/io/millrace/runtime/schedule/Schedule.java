package io.millrace.runtime.schedule;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A schedule as it is stored.
 *
 * @param id of this one, not of another that has the same key later
 * @param revision goes up with each change; tokens of another one mean nothing any more
 * @param anchor from which a rate without a start counts
 * @param firstDue of this revision's first token; empty where it has none
 * @param planted whether the broker has, or had, that token
 * @param completed whether nothing is due any more
 * @param clientToken of the request that made it, to know it when it is sent again
 */
public record Schedule(
        ScheduleKey key,
        String id,
        long revision,
        ScheduleSettings settings,
        Instant anchor,
        Optional<Instant> firstDue,
        boolean planted,
        boolean completed,
        Instant created,
        Instant modified,
        Optional<String> clientToken) {

    /** Whether it has a token at the broker. */
    boolean isLive() {
        return settings.enabled() && !completed;
    }

    boolean isRevision(String otherId, long otherRevision) {
        return id.equals(otherId) && revision == otherRevision;
    }

    /** Names one due time of one schedule, the same whoever works it out and however often: a UUID in text. */
    String executionId(Instant due) {
        byte[] identity = (id + "/" + due.toEpochMilli()).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(identity).toString();
    }

    /** When it happens: within the window, at a time that comes from the due time alone. */
    Instant happensAt(Instant due) {
        Duration window = settings.window();
        if (window.isZero()) {
            return due;
        }
        long offset = Math.floorMod(UUID.fromString(executionId(due)).getLeastSignificantBits(), window.toMillis());
        return due.plusMillis(offset);
    }

    Schedule asPlanted() {
        return new Schedule(
                key, id, revision, settings, anchor, firstDue, true, completed, created, modified, clientToken);
    }

    Schedule asCompleted() {
        return new Schedule(
                key, id, revision, settings, anchor, firstDue, planted, true, created, modified, clientToken);
    }

    /** With a token anew, because the one before is gone. */
    Schedule replanted(Instant due) {
        return new Schedule(
                key,
                id,
                revision + 1,
                settings,
                anchor,
                Optional.of(due),
                false,
                completed,
                created,
                modified,
                clientToken);
    }
}
