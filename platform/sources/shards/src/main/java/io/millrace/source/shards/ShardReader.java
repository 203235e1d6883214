package io.millrace.source.shards;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Reads one shard. Read by one thread and committed by one; the end of the shard is noticed by either. */
final class ShardReader {
    /** A service allows five looks a second for all readers of a shard (lambda-semantics 3.7). */
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(250);
    /** So that the looks allowed are enough for a shard that is written to as fast as it may be. */
    private static final int MOST_AHEAD = 500;

    private final String shard;
    private final ShardedLog log;
    private final Checkpoints checkpoints;
    private final ShardStart start;
    private final Duration pollInterval;
    private final CountDownLatch closed;
    // Of the thread that reads.
    private final Deque<SourceRecord> waiting = new ArrayDeque<>();
    private Optional<String> iterator = Optional.empty();
    private long nextLook = System.nanoTime();
    private int ahead = 1;
    private boolean mayHaveMore;
    // Of both.
    private Optional<String> lastRead;
    private Optional<String> lastWanted;
    private Optional<String> lastCommitted;
    private boolean ended;

    /**
     * @param start where it begins if nothing of it was committed
     * @param closed at zero when the source is closed
     */
    ShardReader(
            String shard,
            ShardedLog log,
            Checkpoints checkpoints,
            ShardStart start,
            Duration pollInterval,
            CountDownLatch closed) {
        this.shard = shard;
        this.log = log;
        this.checkpoints = checkpoints;
        this.start = start;
        this.pollInterval = pollInterval;
        this.closed = closed;
        this.lastCommitted = checkpoints.find(shard);
        this.lastRead = lastCommitted;
        this.lastWanted = lastCommitted;
    }

    /**
     * Looks once at least, even if that must wait for longer than the patience: nothing means that there was nothing, unless
     * {@link #mayHaveMore}.
     */
    List<SourceRecord> read(int most, Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        boolean looked = false;
        while (true) {
            requireOpen();
            if (waiting.isEmpty() && !hasEnded() && nextLook - System.nanoTime() <= 0) {
                look(Math.max(most, ahead));
                looked = true;
            }
            long left = until - System.nanoTime();
            if (!waiting.isEmpty() || (left <= 0 && (looked || hasEnded()))) {
                return next(most);
            }
            long untilLook = hasEnded() ? left : nextLook - System.nanoTime();
            closed.await(looked ? Math.min(left, untilLook) : untilLook, TimeUnit.NANOSECONDS);
        }
    }

    /** Whether the last look did not get to the newest record. For the thread that reads. */
    boolean mayHaveMore() {
        return mayHaveMore;
    }

    private void requireOpen() {
        if (closed.getCount() == 0) {
            throw new SourceAwayException("the source is closed");
        }
    }

    private List<SourceRecord> next(int most) {
        List<SourceRecord> next = new ArrayList<>();
        while (next.size() < most && !waiting.isEmpty()) {
            next.add(waiting.remove());
        }
        return next;
    }

    private void look(int most) {
        long began = System.nanoTime();
        try {
            ShardPage page = log.read(shard, iterator.orElseGet(this::iterator), most);
            iterator = page.next();
            List<SourceRecord> wanted =
                    page.records().stream().filter(this::isWanted).toList();
            took(page, wanted);
            waiting.addAll(wanted);
            boolean isFull = page.records().size() >= most;
            ahead = isFull ? Math.min(2 * most, MOST_AHEAD) : 1;
            mayHaveMore = page.next().isPresent() && (isFull || page.isBehind());
            nextLook = began + (mayHaveMore ? SHORTEST_INTERVAL : pollInterval).toNanos();
        } catch (IteratorExpiredException late) {
            iterator = Optional.empty();
            mayHaveMore = true;
            nextLook = began + SHORTEST_INTERVAL.toNanos();
        }
    }

    private String iterator() {
        ShardStart place = place();
        try {
            return log.iterator(shard, place);
        } catch (TimeNotReachedException early) {
            throw Beginning.notReached((ShardStart.Since) place, early);
        }
    }

    private synchronized ShardStart place() {
        return lastRead.<ShardStart>map(ShardStart.After::new).orElse(start);
    }

    private synchronized boolean hasEnded() {
        return ended;
    }

    private boolean isWanted(SourceRecord record) {
        return !(start instanceof ShardStart.Newer newer) || !record.arrived().isBefore(newer.time());
    }

    private synchronized void took(ShardPage page, List<SourceRecord> wanted) {
        lastRead = last(page.records()).or(() -> lastRead);
        lastWanted = last(wanted).or(() -> lastWanted);
        ended = page.next().isEmpty();
        finishIfDone();
    }

    private static Optional<String> last(List<SourceRecord> records) {
        return records.isEmpty()
                ? Optional.empty()
                : Optional.of(records.get(records.size() - 1).position());
    }

    synchronized void commit(String position) {
        checkpoints.save(shard, position);
        lastCommitted = Optional.of(position);
        finishIfDone();
    }

    private void finishIfDone() {
        if (ended && lastWanted.equals(lastCommitted)) {
            checkpoints.save(shard, ShardedSource.DONE);
        }
    }
}
