package io.millrace.runtime.stream;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.delivery.BrowsingLink;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one shard in order, for one who reads; others read on their own. From memory where that reaches back far enough,
 * else from the segments' queues, with no more on its way than about 4 MiB. Thread-safe; never blocks.
 */
public final class ShardReader {
    private static final Logger LOGGER = LoggerFactory.getLogger(ShardReader.class);
    private static final int WINDOW_BYTES = 4 << 20;
    private static final int FIRST_WINDOW = 16;
    private static final int LARGEST_WINDOW = 512;
    private static final int SMALLEST_WINDOW = 4;
    /** The broker's browser stops by itself when it had to look for long, and goes on when it is asked. */
    private static final long NUDGE_MILLIS = 1_000;

    private static final int LONGEST_QUIET_SECONDS = 60;

    private static final long LONGEST_LOOK_MILLIS = 10_000;

    private final ShardLog log;
    private final SegmentShelf shelf;
    private final BrokerConnection connection;
    private final InstantSource clock;
    private final Supplier<Duration> retention;
    private final ArrayDeque<StreamRecord> arrived = new ArrayDeque<>();
    private final ReadStart.Resume start;
    private SequenceNumber behind;
    private final Instant from;
    /** The place when all that has arrived is handed over; the last record's, if none. */
    private @Nullable SequenceNumber readUpTo;

    private final Holes holes = new Holes();
    private @Nullable Browse browse;
    private @Nullable Read reading;
    private boolean listening;
    private boolean closed;

    /** Event loop only. */
    ShardReader(
            ShardLog log,
            SegmentShelf shelf,
            BrokerConnection connection,
            InstantSource clock,
            Supplier<Duration> retention,
            ReadStart where) {
        this.log = log;
        this.shelf = shelf;
        this.connection = connection;
        this.clock = clock;
        this.retention = retention;
        if (where instanceof ReadStart.Latest) {
            behind = log.visible();
            from = Instant.EPOCH;
        } else if (where instanceof ReadStart.AtTimestamp at) {
            behind = log.before(at.timestamp());
            from = at.timestamp();
        } else if (where instanceof ReadStart.After after) {
            behind = after.sequence();
            from = Instant.EPOCH;
        } else if (where instanceof ReadStart.At at) {
            behind = at.sequence().previous();
            from = Instant.EPOCH;
        } else if (where instanceof ReadStart.Resume resume) {
            behind = resume.behind();
            from = resume.from();
        } else {
            behind = SequenceNumber.START;
            from = Instant.EPOCH;
        }
        this.start = new ReadStart.Resume(behind, from);
    }

    /** Where it starts; for before the first read. */
    public ReadStart.Resume place() {
        return start;
    }

    /** What is being gathered for a caller. */
    private static final class Read {
        private final int most;
        private final long mostBytes;
        private final Promise<ReadPage> page = Promise.promise();
        private final List<StreamRecord> records = new ArrayList<>();
        private long bytes;
        private long timer;
        private boolean isLate;

        Read(int most, long mostBytes) {
            this.most = most;
            this.mostBytes = mostBytes;
        }

        boolean isFull() {
            return records.size() >= most || bytes >= mostBytes;
        }

        boolean takes(StreamRecord record) {
            return records.isEmpty() || (records.size() < most && bytes + record.size() <= mostBytes);
        }
    }

    /** A segment's queue that is being read. */
    private static final class Browse {
        private final long segment;
        /** With this record it is read as far as it goes; none, where it is read to its end. */
        private final Optional<SequenceNumber> last;

        private @Nullable BrowsingLink link;
        private SequenceNumber newest;
        private long timer;
        private long records;
        private long bytes;
        private int credit;
        private boolean progress;
        private int quietSeconds;
        /** Whether the selector may leave out the first records, which are too old. */
        private final boolean mayBeginLater;

        Browse(long segment, Optional<SequenceNumber> last, SequenceNumber newest, boolean mayBeginLater) {
            this.segment = segment;
            this.last = last;
            this.newest = newest;
            this.mayBeginLater = mayBeginLater;
        }

        /** Whether something is missing between the last record that came and this index. */
        boolean isHoleBefore(long index) {
            boolean isLater = mayBeginLater && records == 0;
            return index > newest.index() + 1 && !isLater;
        }

        int window() {
            if (records == 0) {
                return FIRST_WINDOW;
            }
            long fitting = WINDOW_BYTES / Math.max(1, bytes / records);
            return (int) Math.max(SMALLEST_WINDOW, Math.min(fitting, LARGEST_WINDOW));
        }
    }

    /**
     * The next records. One read at a time.
     *
     * @param most at least 1
     * @param mostBytes of data, keys and what is around them; one record comes whatever its size
     * @param patience after this, what is there; it does not wait for more than one. Zero: for no longer than it takes
     *     to look
     * @return fails with StreamUnknownException if the stream is gone, with BrokerUnavailableException if the broker is;
     *     what was not returned comes again
     */
    public Future<ReadPage> read(int most, long mostBytes, Duration patience) {
        Read starting = new Read(most, mostBytes);
        return Crossing.over(connection, () -> {
            start(starting, patience);
            return starting.page.future();
        });
    }

    private void start(Read starting, Duration patience) {
        if (reading != null) {
            starting.page.fail(new IllegalStateException("shard is being read by this reader already"));
            return;
        }
        reading = starting;
        starting.isLate = patience.isZero();
        starting.timer = vertx().setTimer(patience.isZero() ? LONGEST_LOOK_MILLIS : patience.toMillis() + 1, late -> {
            if (reading == starting) {
                finish(starting);
            }
        });
        proceed();
    }

    private Vertx vertx() {
        return connection.context().owner();
    }

    private void proceed() {
        Read current = reading;
        while (current != null && current == reading) {
            if (closed || log.isClosed()) {
                fail(new StreamUnknownException(log.name().stream()));
                return;
            }
            handOver(current);
            if (current.isFull() || !arrived.isEmpty()) {
                finish(current);
                return;
            }
            if (browse != null) {
                grant(browse);
                return;
            }
            if (!log.visible().isAfter(behind)) {
                waitForNews(current);
                return;
            }
            fetch(current);
        }
    }

    private void handOver(Read current) {
        for (StreamRecord next = arrived.peek(); next != null && current.takes(next); next = arrived.peek()) {
            arrived.remove();
            behind = next.sequence();
            current.records.add(next);
            current.bytes += next.size();
        }
        if (arrived.isEmpty() && readUpTo != null) {
            behind = readUpTo;
            readUpTo = null;
        }
    }

    private void waitForNews(Read current) {
        if (!current.records.isEmpty() || current.isLate) {
            finish(current);
        } else if (!listening) {
            listening = true;
            log.onNews(() -> {
                listening = false;
                proceed();
            });
        }
    }

    private Instant oldest() {
        Instant retained = clock.instant().minus(retention.get());
        return from.isAfter(retained) ? from : retained;
    }

    /** From memory, or by starting to browse. */
    private void fetch(Read current) {
        if (log.tail().covers(behind)) {
            Instant oldest = oldest();
            List<StreamRecord> found = log.tail().behind(behind, current.most);
            found.stream().filter(record -> !record.arrived().isBefore(oldest)).forEach(arrived::add);
            readUpTo = found.isEmpty()
                    ? log.visible()
                    : found.get(found.size() - 1).sequence();
            return;
        }
        Optional<Segment> next = log.segmentBehind(behind);
        if (next.isEmpty()) {
            behind = log.visible();
            return;
        }
        Instant oldest = oldest();
        Segment segment = next.get();
        if (segment.sealed().filter(end -> end.isBefore(oldest)).isPresent()) {
            behind = SequenceNumber.endOf(segment.number());
            return;
        }
        browse(segment, oldest);
    }

    private void browse(Segment segment, Instant oldest) {
        SequenceNumber visible = log.visible();
        SequenceNumber start = behind.segment() == segment.number() ? behind : SequenceNumber.of(segment.number(), 0);
        boolean toItsEnd = visible.segment() != segment.number() || visible.isEndOfSegment();
        Optional<SequenceNumber> last = toItsEnd ? Optional.empty() : Optional.of(visible);
        boolean mayBeginLater = segment.opened().isBefore(oldest) && !holes.isAt(start);
        Browse starting = new Browse(segment.number(), last, start, mayBeginLater);
        browse = starting;
        starting.link = BrowsingLink.open(
                connection,
                SegmentShelf.address(log.name(), segment.number()),
                RecordMessages.selector(start, oldest, last.orElse(SequenceNumber.endOf(segment.number()))),
                message -> arrived(starting, message, oldest),
                end -> ended(starting, end));
        starting.timer = vertx().setPeriodic(NUDGE_MILLIS, again -> nudge(starting));
    }

    private void nudge(Browse current) {
        if (browse == current && current.credit > 0 && !current.progress && current.link != null) {
            current.credit++;
            current.link.grant(1);
            current.quietSeconds++;
        } else {
            current.quietSeconds = 0;
        }
        current.progress = false;
        if (browse == current && current.quietSeconds >= LONGEST_QUIET_SECONDS) {
            // What it waits for was left out, and nothing comes behind it that would show that.
            leave(current, current.newest);
            proceed();
        }
    }

    private void grant(Browse current) {
        int missing = current.window() - current.credit - arrived.size();
        if (current.link != null && missing > current.window() / 2) {
            current.credit += missing;
            current.link.grant(missing);
        }
    }

    private void arrived(Browse current, Message message, Instant oldest) {
        if (browse != current) {
            return;
        }
        current.credit--;
        current.progress = true;
        if (RecordMessages.isEnd(message)) {
            OptionalLong certain = log.certainIn(current.segment);
            if (certain.isPresent() && isLeftOut(current, certain.getAsLong() + 1)) {
                return;
            }
            leave(current, SequenceNumber.endOf(current.segment));
            proceed();
            return;
        }
        StreamRecord record = RecordMessages.record(message);
        if (isLeftOut(current, record.sequence().index())) {
            return;
        }
        current.records++;
        current.bytes += record.size();
        // The broker's browser may show a record twice while the broker moves it from disk to memory.
        if (record.sequence().isAfter(current.newest)) {
            current.newest = record.sequence();
            boolean counts = current.last.filter(record.sequence()::isAfter).isEmpty();
            if (counts && !record.arrived().isBefore(oldest)) {
                arrived.add(record);
            }
        }
        if (current.last.filter(last -> !last.isAfter(current.newest)).isPresent()) {
            leave(current, current.last.get());
        }
        proceed();
    }

    /**
     * Whether the broker's browser left out what is before this index. It does so now and then while its memory is full
     * (docs/adr/0010), and another browse shows it.
     */
    private boolean isLeftOut(Browse current, long index) {
        if (!current.isHoleBefore(index)) {
            return false;
        }
        long missing = current.newest.index() + 1;
        boolean mustBeThere = log.certainIn(current.segment).orElse(0) >= missing;
        Holes.Verdict verdict = holes.met(current.newest, mustBeThere);
        if (verdict == Holes.Verdict.NOTHING_WAS_THERE) {
            return false;
        }
        leave(current, current.newest);
        if (verdict == Holes.Verdict.LOOK_AGAIN) {
            proceed();
        } else {
            refuse(SequenceNumber.of(current.segment, missing));
        }
        return true;
    }

    /** Hands over what is before a record that the broker does not show; the next read looks for it again. */
    private void refuse(SequenceNumber missing) {
        Read current = reading;
        if (current == null) {
            return;
        }
        handOver(current);
        if (!current.records.isEmpty()) {
            finish(current);
            return;
        }
        String queue = SegmentShelf.address(log.name(), missing.segment());
        LOGGER.atError()
                .addKeyValue("queue", queue)
                .addKeyValue("sequence", missing)
                .log("broker does not show a record that it confirmed; the shard is not read on");
        fail(new BrokerUnavailableException(
                "record " + missing + " of " + log.name() + " was confirmed and is not in queue " + queue
                        + "; what is behind it is not read before it is there"));
    }

    /** The segment has been read up to here; {@code behind} follows when what has arrived is handed over. */
    private void leave(Browse current, SequenceNumber upTo) {
        stop(current);
        readUpTo = upTo;
    }

    private void stop(Browse current) {
        browse = null;
        vertx().cancelTimer(current.timer);
        if (current.link != null) {
            current.link.close();
        }
    }

    private void ended(Browse current, BrowsingLink.End end) {
        if (browse != current) {
            return;
        }
        if (end == BrowsingLink.End.BROKER_AWAY) {
            stop(current);
            fail(new BrokerUnavailableException("broker " + connection.address() + " is not reachable"));
            return;
        }
        // A broker that stops closes its links first. Only where there is no queue any more is nothing to wait for.
        shelf.hasQueue(log.name(), current.segment).onComplete(asked -> {
            if (browse != current) {
                return;
            }
            stop(current);
            if (asked.succeeded() && !asked.result()) {
                gone(current);
            } else {
                fail(new BrokerUnavailableException("broker " + connection.address() + " closed the queue of segment "
                        + current.segment + " of " + log.name()));
            }
        });
    }

    /** Retention deletes a queue when all of its records are too old; any other one somebody took away. */
    private void gone(Browse current) {
        long missing = current.newest.index() + 1;
        boolean mustBeThere = log.certainIn(current.segment).orElse(0) >= missing;
        if (mustBeThere
                && !log.isClosed()
                && !log.isOver(current.segment, clock.instant().minus(retention.get()))) {
            refuse(SequenceNumber.of(current.segment, missing));
        } else {
            readUpTo = SequenceNumber.endOf(current.segment);
            proceed();
        }
    }

    private void finish(Read current) {
        reading = null;
        vertx().cancelTimer(current.timer);
        current.page.complete(new ReadPage(
                List.copyOf(current.records), new ReadStart.Resume(behind, from), behindLatest(current.records)));
    }

    private Duration behindLatest(List<StreamRecord> read) {
        if (arrived.isEmpty() && browse == null && !log.visible().isAfter(behind)) {
            return Duration.ZERO;
        }
        Duration age = read.isEmpty()
                ? Duration.ZERO
                : Duration.between(read.get(read.size() - 1).arrived(), clock.instant());
        return age.toMillis() > 0 ? age : Duration.ofMillis(1);
    }

    private void fail(RuntimeException why) {
        Read failing = reading;
        reading = null;
        if (failing != null) {
            vertx().cancelTimer(failing.timer);
            arrived.clear();
            readUpTo = null;
            // What it has is not handed over: it comes again.
            if (!failing.records.isEmpty()) {
                behind = failing.records.get(0).sequence().previous();
            }
            failing.page.fail(why);
        }
    }

    /** A read that is under way fails. */
    public void close() {
        connection.run(() -> {
            closed = true;
            arrived.clear();
            if (browse != null) {
                stop(browse);
            }
            fail(new StreamUnknownException(log.name().stream()));
        });
    }
}
