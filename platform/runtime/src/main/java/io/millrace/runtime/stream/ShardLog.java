package io.millrace.runtime.stream;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard: writes its records, one after the other as they come, into the queue of its last segment, and knows up to
 * where they are confirmed. Event loop only.
 *
 * <p>A segment ends with a message that says so. It is written when the segment is full or old, after every failure of
 * the broker, and at the start after a crash; only then does the next segment begin. So whatever becomes of a write
 * that nobody heard of again, no reader sees it behind a later one.
 */
final class ShardLog {
    private static final Logger LOGGER = LoggerFactory.getLogger(ShardLog.class);
    private static final long FIRST = 1;

    private final ShardName name;
    private final SegmentShelf shelf;
    private final Publisher publisher;
    private final BrokerConnection connection;
    private final InstantSource clock;
    private final SegmentLimits limits;
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private final Tail tail;
    private final ArrayDeque<Promise<Void>> onQuiet = new ArrayDeque<>();
    private List<Runnable> onNews = new ArrayList<>();
    private @Nullable OpenSegment open;
    private SequenceNumber visible = SequenceNumber.START;
    private Instant lastArrival = Instant.EPOCH;
    private boolean turning;
    private boolean trimming;
    private boolean closed;

    ShardLog(
            ShardName name,
            SegmentShelf shelf,
            Publisher publisher,
            BrokerConnection connection,
            InstantSource clock,
            SegmentLimits limits) {
        this.name = name;
        this.shelf = shelf;
        this.publisher = publisher;
        this.connection = connection;
        this.clock = clock;
        this.limits = limits;
        shelf.of(name).forEach(segment -> segments.put(segment.number(), segment));
        if (!segments.isEmpty()) {
            visible = SequenceNumber.endOf(segments.lastKey());
        }
        tail = new Tail(visible);
    }

    private record Waiting(NewRecord record, Promise<SequenceNumber> placed) {}

    /** On its way to the broker, or there and waiting for the answers to those before it. */
    private static final class Sent {
        private final StreamRecord record;
        private final Promise<SequenceNumber> placed;
        private @Nullable AsyncResult<Void> answer;

        Sent(StreamRecord record, Promise<SequenceNumber> placed) {
            this.record = record;
            this.placed = placed;
        }
    }

    /** The segment that is written to. */
    private static final class OpenSegment {
        private final long number;
        private long records;
        private long bytes;
        private boolean failed;

        OpenSegment(long number) {
            this.number = number;
        }
    }

    ShardName name() {
        return name;
    }

    boolean isClosed() {
        return closed;
    }

    /** All records up to here that will ever be there are there. */
    SequenceNumber visible() {
        return visible;
    }

    /**
     * How many records of a segment every reader must meet, one index after the other; empty where nobody can say, as
     * after a crash or a failure of the broker.
     */
    OptionalLong certainIn(long segment) {
        OpenSegment writing = open;
        if (writing != null && writing.number == segment) {
            return writing.failed || visible.segment() != segment
                    ? OptionalLong.empty()
                    : OptionalLong.of(visible.index());
        }
        Segment known = segments.get(segment);
        return known == null ? OptionalLong.empty() : known.records();
    }

    /** Whether all records of a segment came before this time. */
    boolean isOver(long segment, Instant oldest) {
        Segment known = segments.get(segment);
        return known == null || known.sealed().filter(oldest::isAfter).isPresent();
    }

    Tail tail() {
        return tail;
    }

    /** The segment that holds what is behind this place, if there is one. */
    Optional<Segment> segmentBehind(SequenceNumber place) {
        long number = place.isEndOfSegment() ? place.segment() + 1 : place.segment();
        return Optional.ofNullable(segments.ceilingEntry(number)).map(entry -> entry.getValue());
    }

    /** Behind which the first record is that came at this time or later, or one that came shortly before. */
    SequenceNumber before(Instant time) {
        for (Segment segment : segments.values()) {
            if (segment.sealed().filter(end -> end.isBefore(time)).isEmpty()) {
                return SequenceNumber.of(segment.number(), 0);
            }
        }
        return visible;
    }

    /** Runs {@code listener} once, when there are more records to see or the shard closes. */
    void onNews(Runnable listener) {
        onNews.add(listener);
    }

    private void tellNews() {
        List<Runnable> told = onNews;
        onNews = new ArrayList<>();
        told.forEach(Runnable::run);
    }

    /** @return the record's place, when the broker has it on disk and all before it were answered */
    Future<SequenceNumber> put(NewRecord record) {
        if (closed) {
            return Future.failedFuture(new StreamUnknownException(name.stream()));
        }
        Promise<SequenceNumber> placed = Promise.promise();
        waiting.add(new Waiting(record, placed));
        sendWaiting();
        return placed.future();
    }

    private void sendWaiting() {
        while (!waiting.isEmpty()) {
            OpenSegment writing = open;
            if (writing == null || writing.failed || limits.isFull(writing.records, writing.bytes)) {
                turn();
                return;
            }
            send(writing, waiting.remove());
        }
    }

    private void send(OpenSegment writing, Waiting next) {
        // A clock that is set back must not make a record look older than the one before it.
        Instant now = Instant.ofEpochMilli(clock.millis());
        lastArrival = now.isAfter(lastArrival) ? now : lastArrival;
        writing.records++;
        StreamRecord record = new StreamRecord(
                SequenceNumber.of(writing.number, writing.records),
                next.record().partitionKey(),
                next.record().data(),
                lastArrival);
        writing.bytes += record.size();
        Sent sending = new Sent(record, next.placed());
        sent.add(sending);
        publisher
                .send(SegmentShelf.address(name, writing.number), RecordMessages.of(record))
                .onComplete(answer -> connection.run(() -> answered(writing, sending, answer)));
    }

    private void answered(OpenSegment writing, Sent answered, AsyncResult<Void> answer) {
        answered.answer = answer;
        writing.failed |= answer.failed();
        SequenceNumber before = visible;
        List<Runnable> completions = new ArrayList<>();
        for (Sent first = sent.peek(); first != null && first.answer != null; first = sent.peek()) {
            sent.remove();
            completions.add(settle(first, first.answer));
        }
        completions.forEach(Runnable::run);
        if (visible.isAfter(before)) {
            tellNews();
        }
        sendWaiting();
        tellIfQuiet();
    }

    private Runnable settle(Sent first, AsyncResult<Void> answer) {
        if (answer.failed()) {
            return () -> first.placed.tryFail(answer.cause());
        }
        visible = first.record.sequence();
        if (!closed) {
            tail.add(first.record);
        }
        return () -> first.placed.tryComplete(first.record.sequence());
    }

    /** From one segment to the next, as soon as all that was sent is answered. */
    private void turn() {
        if (turning || closed || !sent.isEmpty()) {
            return; // The last answer, or the end of the turn, comes back here.
        }
        turning = true;
        seal().compose(ended -> waiting.isEmpty() ? Future.<Void>succeededFuture() : openNext())
                .onComplete(this::turned);
    }

    private void turned(AsyncResult<Void> turn) {
        turning = false;
        if (turn.failed()) {
            LOGGER.atWarn()
                    .addKeyValue("stream", name.stream())
                    .addKeyValue("shard", name.id())
                    .addKeyValue(LogKeys.REASON, turn.cause().getMessage())
                    .log("stream cannot be written to");
            List<Waiting> failing = List.copyOf(waiting);
            waiting.clear();
            failing.forEach(each -> each.placed().tryFail(turn.cause()));
        } else {
            sendWaiting();
        }
        tellIfQuiet();
    }

    /** Writes the end of the last segment, unless it is there. */
    private Future<Void> seal() {
        OptionalLong whole = open == null || open.failed ? OptionalLong.empty() : OptionalLong.of(open.records);
        open = null;
        var last = segments.lastEntry();
        if (last == null || last.getValue().isSealed()) {
            return Future.succeededFuture();
        }
        long number = last.getKey();
        String address = SegmentShelf.address(name, number);
        return shelf.createQueue(name, number) // An operator may have deleted it.
                .compose(there -> shelf.onLoop(publisher.send(address, RecordMessages.end())))
                .compose(ended -> endWritten(number, address, whole));
    }

    private Future<Void> endWritten(long number, String address, OptionalLong whole) {
        publisher.forget(address);
        TreeMap<Long, Segment> after = new TreeMap<>(segments);
        Instant now = Instant.ofEpochMilli(Math.max(clock.millis(), lastArrival.toEpochMilli()));
        after.computeIfPresent(number, (key, segment) -> segment.sealedAt(now, whole));
        return shelf.save(name, after.values()).map(saved -> {
            segments.putAll(after);
            visible = SequenceNumber.endOf(number);
            tellNews();
            return null;
        });
    }

    private Future<Void> openNext() {
        long number = segments.isEmpty() ? FIRST : segments.lastKey() + 1;
        TreeMap<Long, Segment> after = new TreeMap<>(segments);
        after.put(number, Segment.opened(number, Instant.ofEpochMilli(clock.millis())));
        return shelf.createQueue(name, number)
                .compose(there -> shelf.save(name, after.values()))
                .map(saved -> {
                    segments.putAll(after);
                    open = new OpenSegment(number);
                    return null;
                });
    }

    /** Ends a segment that another start of the server, or a lost connection, left without its end; or an old one. */
    void tidy(Duration retention) {
        var last = segments.lastEntry();
        if (last != null && !last.getValue().isSealed()) {
            boolean isLeftOver = open == null || open.failed;
            Instant full = last.getValue().opened().plus(limits.longest(retention));
            if (isLeftOver || full.isBefore(clock.instant())) {
                turn();
            }
        }
        trim(clock.instant().minus(retention));
    }

    /** Deletes segments of which all records are too old. */
    private void trim(Instant oldest) {
        if (trimming || turning || closed || segments.isEmpty()) {
            return;
        }
        Segment first = segments.firstEntry().getValue();
        // The last one stays, so that the numbers go on from it.
        if (segments.size() == 1 || first.sealed().filter(oldest::isAfter).isEmpty()) {
            return;
        }
        trimming = true;
        turning = true; // The list of segments is changed by one at a time.
        shelf.deleteQueue(name, first.number())
                .compose(deleted -> forget(first))
                .onComplete(done -> {
                    trimming = false;
                    turning = false;
                    if (done.succeeded()) {
                        trim(oldest);
                    }
                    sendWaiting();
                    tellIfQuiet();
                });
    }

    private Future<Void> forget(Segment first) {
        TreeMap<Long, Segment> after = new TreeMap<>(segments);
        after.remove(first.number());
        return shelf.save(name, after.values()).map(saved -> {
            segments.remove(first.number());
            return null;
        });
    }

    /** Writes the end of the open segment and takes no more records. */
    Future<Void> close() {
        return whenQuiet()
                .compose(quiet -> {
                    turning = true;
                    return seal();
                })
                .onComplete(ended -> end());
    }

    /** When the broker has answered all, and no segment begins or goes. */
    private Future<Void> whenQuiet() {
        Promise<Void> quiet = Promise.promise();
        onQuiet.add(quiet);
        tellIfQuiet();
        return quiet.future();
    }

    private void tellIfQuiet() {
        while (!onQuiet.isEmpty() && !turning && sent.isEmpty()) {
            onQuiet.remove().complete();
        }
    }

    /** Takes no more records, and readers get none. */
    private void end() {
        closed = true;
        List<Waiting> refused = List.copyOf(waiting);
        waiting.clear();
        refused.forEach(each -> each.placed().tryFail(new StreamUnknownException(name.stream())));
        tellNews();
    }

    /** With all records. What fails may be tried again. */
    Future<Void> delete() {
        end();
        return whenQuiet().compose(quiet -> deleteAll());
    }

    private Future<Void> deleteAll() {
        Future<Void> deleted = Future.succeededFuture();
        for (long number : List.copyOf(segments.keySet())) {
            deleted = deleted.compose(before -> {
                publisher.forget(SegmentShelf.address(name, number));
                return shelf.deleteQueue(name, number);
            });
        }
        return deleted;
    }
}
