package io.millrace.source.postgresql;

import io.millrace.eventsource.SourceRecord;
import io.millrace.source.postgresql.Settled.Fence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far one mapping has read in its outbox. For one thread. */
final class Journey {
    private static final Logger LOGGER = LoggerFactory.getLogger(Journey.class);
    /** Numbers that one statement looks at; those of an outbox with a time to begin at are many and mostly left out. */
    private static final long STRIDE = 50_000;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);
    /** A transaction that lasts longer is told. */
    private static final Duration LONG = Duration.ofMinutes(1);

    private final OutboxName outbox;
    private FirstPlace first;
    private long place;
    private long pruned;
    private Settled settled;
    private Duration pause = FIRST_PAUSE;
    private Optional<Fence> waitsFor = Optional.empty();
    private long toldAt;

    /** @param committed what is done; empty before the first commit */
    Journey(OutboxName outbox, FirstPlace first, Optional<Long> committed) {
        this.outbox = outbox;
        this.first = first;
        this.place = committed.orElse(first.after());
        this.pruned = first.pruned();
        this.settled = new Settled(place);
    }

    /** With a new connection, which may be to the server's successor. */
    void begin() {
        settled = new Settled(place);
    }

    /** Whether the outbox was made anew, or restored as it was earlier. */
    boolean isAhead(long drawn) {
        return place > drawn;
    }

    /** With the oldest change that is left: nobody knows which of them have been read. */
    FirstPlace startOver(long drawn, long nowPruned) {
        LOGGER.atWarn()
                .addKeyValue("source", outbox.arn())
                .addKeyValue("position", place)
                .addKeyValue("last", drawn)
                .log("outbox ends before what was read of it: it was made anew or restored, and is read from its"
                        + " beginning");
        first = FirstPlace.oldest(nowPruned);
        pruned = nowPruned;
        place = 0;
        begin();
        return first;
    }

    /** @param drawn the last number, asked for before */
    List<SourceRecord> next(long drawn, OutboxConnection connected, int most) throws SQLException {
        settled.look(drawn, connected);
        if (settled.number() <= place) {
            return List.of();
        }
        long upTo = Math.min(settled.number(), place + STRIDE);
        Page page = connected.page(place, upTo, most, first);
        tellOfPruned(page.pruned());
        List<Change> changes = page.changes();
        place = page.isWhole() ? upTo : changes.get(changes.size() - 1).number();
        return changes.stream().map(change -> change.record(outbox)).toList();
    }

    private void tellOfPruned(long nowPruned) {
        if (nowPruned > Math.max(place, pruned)) {
            LOGGER.atWarn()
                    .addKeyValue("source", outbox.arn())
                    .addKeyValue("position", place)
                    .addKeyValue("pruned", nowPruned)
                    .log("changes were pruned before they were read; reading goes on with the oldest that is left");
        }
        pruned = Math.max(pruned, nowPruned);
    }

    /** Until the next look; empty as long as nothing is known to come. */
    Optional<Duration> pause() {
        if (settled.number() > place) {
            return Optional.of(Duration.ZERO);
        }
        if (!settled.fence().equals(waitsFor)) {
            waitsFor = settled.fence();
            pause = FIRST_PAUSE;
            toldAt = System.nanoTime();
        }
        return waitsFor.map(this::pauseFor);
    }

    private Duration pauseFor(Fence fence) {
        if (System.nanoTime() - toldAt > LONG.toNanos()) {
            toldAt = System.nanoTime();
            LOGGER.atWarn()
                    .addKeyValue("source", outbox.arn())
                    .addKeyValue("position", place)
                    .addKeyValue("before", fence.transaction())
                    .log("changes wait for a transaction that began before them and is still open");
        }
        Duration now = pause;
        pause = now.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? now.multipliedBy(2) : LONGEST_PAUSE;
        return now;
    }
}
