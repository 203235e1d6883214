package io.millrace.runtime.stream;

import io.millrace.eventsource.Checkpoints;
import io.millrace.eventsource.EventFrame;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceRecord;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** A stream of this server as a mapping reads it: its shards are the partitions. Blocking. */
final class StreamSource implements PartitionedSource {
    /** One answer; a function's event is at most 6 MB, and Base64 takes a third more. */
    private static final long PAGE_BYTES = 4 << 20;

    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final Streams streams;
    private final StreamDefinition stream;
    private final StreamEvents events;
    private final ReadStart start;
    private final Checkpoints checkpoints;
    private final Map<String, ShardReader> readers = new ConcurrentHashMap<>();
    /** Behind what was handed out. */
    private final Map<String, ReadStart> places = new ConcurrentHashMap<>();

    private volatile boolean closed;

    StreamSource(
            Streams streams, StreamDefinition stream, StreamEvents events, ReadStart start, Checkpoints checkpoints) {
        this.streams = streams;
        this.stream = stream;
        this.events = events;
        this.start = start;
        this.checkpoints = checkpoints;
    }

    @Override
    public Set<String> partitions() {
        requireStream();
        try {
            return streams.shards(stream.name()).stream().map(ShardView::id).collect(Collectors.toUnmodifiableSet());
        } catch (StreamUnknownException deleted) {
            throw new SourceAwayException("Stream not found: " + events.arn(), deleted);
        }
    }

    /** The very one: of another of its name nothing here is true. */
    private void requireStream() {
        if (closed || streams.find(stream.name()).filter(stream::isSame).isEmpty()) {
            throw new SourceAwayException("Stream not found: " + events.arn());
        }
    }

    /** Of each shard that has no checkpoint, where it is read from. */
    void keepStart() {
        for (String shardId : partitions()) {
            if (committed(shardId).isEmpty()) {
                ReadStart.Resume place = uninterrupted(shardId).place();
                commit(shardId, place.behind().toString());
            }
        }
    }

    private ShardReader uninterrupted(String shardId) {
        try {
            return reader(shardId);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new SourceAwayException("interrupted while opening " + events.arn(), stop);
        }
    }

    private ShardReader reader(String shardId) throws InterruptedException {
        ShardReader known = readers.get(shardId);
        if (known != null) {
            return known;
        }
        ReadStart from = Optional.ofNullable(places.get(shardId))
                .or(() -> committed(shardId).map(ReadStart.After::new))
                .orElse(start);
        ShardReader opened = await(streams.reader(stream.name(), shardId, from), LONGEST);
        readers.put(shardId, opened);
        return opened;
    }

    /** Of this stream; one of its name that was deleted had numbers of its own. */
    private Optional<SequenceNumber> committed(String shardId) {
        return checkpoints
                .find(shardId)
                .filter(kept -> kept.startsWith(mark()))
                .flatMap(kept -> SequenceNumber.parse(kept.substring(mark().length())));
    }

    private String mark() {
        return stream.created().toEpochMilli() + ":";
    }

    @Override
    public List<SourceRecord> read(String partition, int most, Duration patience) throws InterruptedException {
        requireStream();
        ShardReader reader = reader(partition);
        ReadPage page = page(partition, reader, reader.read(most, PAGE_BYTES, patience), patience);
        places.put(partition, page.next());
        return page.records().stream()
                .map(record -> events.record(partition, record))
                .toList();
    }

    private ReadPage page(String partition, ShardReader reader, Future<ReadPage> reading, Duration patience)
            throws InterruptedException {
        boolean ended = false;
        try {
            ReadPage page = await(reading, patience.plus(LONGEST));
            ended = true;
            return page;
        } finally {
            if (!ended) {
                // What it still reads reaches nobody: the next one starts where this one did.
                readers.remove(partition, reader);
                reader.close();
            }
        }
    }

    private <T> T await(Future<T> answer, Duration longest) throws InterruptedException {
        try {
            return answer.toCompletionStage().toCompletableFuture().get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw new SourceAwayException(
                    "stream " + events.arn() + " cannot be read: " + String.valueOf(failed.getCause()), failed);
        } catch (TimeoutException late) {
            throw new SourceAwayException("stream " + events.arn() + " did not answer in " + longest, late);
        }
    }

    @Override
    public boolean commit(String partition, String position) {
        checkpoints.save(partition, mark() + position);
        return true;
    }

    @Override
    public EventFrame frame(String partition) {
        return EventFrame.RECORDS;
    }

    @Override
    public BatchInfo batchInfo(String partition, List<SourceRecord> batch) {
        return new BatchInfo("KinesisBatchInfo", events.batchInfo(partition, batch), false);
    }

    @Override
    public void close() {
        closed = true;
        readers.values().forEach(ShardReader::close);
    }
}
