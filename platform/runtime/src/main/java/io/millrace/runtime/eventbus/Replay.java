package io.millrace.runtime.eventbus;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Sends events of an archive to some rules of its bus once more.
 *
 * @param id of this replay and no other of the name
 * @param ruleArns that shall see them; empty for all
 * @param from time of the first event
 * @param to time of the last one
 * @param reason of its failure; empty without one
 * @param cursor when the archive got the event that was sent last; all before it have been
 * @param lastReplayed time of the event that was sent last
 */
public record Replay(
        String id,
        String name,
        String description,
        String archive,
        String bus,
        List<String> ruleArns,
        Instant from,
        Instant to,
        ReplayState state,
        String reason,
        Instant started,
        Optional<Instant> ended,
        Instant cursor,
        Optional<Instant> lastReplayed) {
    public Replay {
        ruleArns = List.copyOf(ruleArns);
    }

    Replay in(ReplayState newState) {
        return new Replay(
                id,
                name,
                description,
                archive,
                bus,
                ruleArns,
                from,
                to,
                newState,
                reason,
                started,
                ended,
                cursor,
                lastReplayed);
    }

    Replay ended(ReplayState how, String why, Instant when) {
        return new Replay(
                id,
                name,
                description,
                archive,
                bus,
                ruleArns,
                from,
                to,
                how,
                why,
                started,
                Optional.of(when),
                cursor,
                lastReplayed);
    }

    Replay upTo(Instant arrival, Optional<Instant> time) {
        return new Replay(
                id, name, description, archive, bus, ruleArns, from, to, state, reason, started, ended, arrival, time);
    }
}
