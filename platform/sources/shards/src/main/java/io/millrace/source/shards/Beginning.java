package io.millrace.source.shards;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a starting position means: found out once, and kept, so that a restart before the first batch is done skips nothing. */
final class Beginning {
    /** Beside the shards' positions: since when records are wanted. No shard is called so. */
    static final String KEY = "$start";
    /** Before the time, where the service cannot begin at one. */
    private static final String NEWER = ">";
    /** Times of records are approximate; what came just before is left out by passing over it. */
    private static final Duration ROUNDING = Duration.ofMinutes(1);
    /** Of a service's clock that tells no more than seconds. */
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static final int MOST_AT_ONCE = 1_000;
    /** A service may answer with an empty page although there is more. */
    private static final int EMPTY_PAGES_AT_THE_END = 5;

    private final ShardedLog log;
    private final Checkpoints checkpoints;

    Beginning(ShardedLog log, Checkpoints checkpoints) {
        this.log = log;
        this.checkpoints = checkpoints;
    }

    /**
     * Where shards without a position begin.
     *
     * @throws SourceAwayException also while the service has not reached the time at which it begins
     */
    ShardStart find(SourceDescription description, Clock clock) {
        String kept = checkpoints.find(KEY).orElseGet(() -> first(description, clock));
        ShardStart start = start(kept);
        if (start instanceof ShardStart.Since since) {
            awaitNow(since);
        }
        return start;
    }

    private static ShardStart start(String kept) {
        if (kept.isEmpty()) {
            return new ShardStart.Oldest();
        }
        return kept.startsWith(NEWER)
                ? new ShardStart.Newer(Instant.ofEpochMilli(Long.parseLong(kept.substring(NEWER.length()))))
                : new ShardStart.Since(Instant.ofEpochMilli(Long.parseLong(kept)));
    }

    private String first(SourceDescription description, Clock clock) {
        Optional<StartingPosition> position =
                description.startingPosition().filter(from -> from != StartingPosition.TRIM_HORIZON);
        String kept = "";
        if (position.isPresent() && log.beginsAtTimes()) {
            Instant since = description.startingTimestamp().orElseGet(() -> now(clock));
            kept = Long.toString(since.toEpochMilli());
        } else if (position.isPresent()) {
            kept = log.time()
                    .map(time -> NEWER + time.minus(ROUNDING).toEpochMilli())
                    .orElse("");
            log.shards().forEach(shard -> passOver(shard.id()));
        }
        checkpoints.save(KEY, kept);
        return kept;
    }

    /**
     * By this server's clock if the service's may say the same, and else by that of the service: then a little later than
     * now, so that nothing older is read.
     */
    private Instant now(Clock clock) {
        Instant asked = clock.instant();
        Optional<Instant> theirs = log.time();
        Instant answered = clock.instant();
        return theirs.filter(time -> time.isAfter(answered) || time.plus(SECOND).isBefore(asked))
                .map(time -> time.plus(SECOND))
                .orElse(answered);
    }

    /** Until then nothing counts as opened: all that is written afterwards comes at that time or later. */
    private void awaitNow(ShardStart.Since since) {
        List<Shard> shards = checkpoints.all().size() > 1 ? List.of() : log.shards();
        if (shards.isEmpty()) {
            return; // It was reached before the first position was kept.
        }
        try {
            log.iterator(shards.get(0).id(), since);
        } catch (TimeNotReachedException early) {
            throw notReached(since, early);
        }
    }

    static SourceAwayException notReached(ShardStart.Since since, TimeNotReachedException early) {
        return new SourceAwayException(
                "reading begins at " + since.time() + ", which it is not yet by the source's clock: "
                        + early.getMessage(),
                early);
    }

    /**
     * Of what was there before: where it ends can only be found by reading it, and not surely. What is left of it after
     * too many empty pages is told by its time, if it is older than a minute.
     */
    private void passOver(String shard) {
        Optional<String> iterator = Optional.of(log.iterator(shard, new ShardStart.Oldest()));
        Optional<String> last = Optional.empty();
        int emptyInARow = 0;
        while (iterator.isPresent() && emptyInARow < EMPTY_PAGES_AT_THE_END) {
            ShardPage page = log.read(shard, iterator.get(), MOST_AT_ONCE);
            int count = page.records().size();
            last = count == 0 ? last : Optional.of(page.records().get(count - 1).position());
            emptyInARow = count == 0 ? emptyInARow + 1 : 0;
            iterator = page.next();
        }
        if (iterator.isEmpty()) {
            checkpoints.save(shard, ShardedSource.DONE);
        } else {
            last.ifPresent(position -> checkpoints.save(shard, position));
        }
    }
}
