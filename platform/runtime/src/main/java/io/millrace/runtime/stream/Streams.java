package io.millrace.runtime.stream;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.runtime.registry.Document;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.stream.StreamRefusedException.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * All streams: made, changed and deleted one after the other, written to and read by any number at once. Thread-safe;
 * never blocks; answers come on the caller's context. What needs the broker fails with BrokerUnavailableException while it is away.
 */
public final class Streams {
    private static final String NO_OWNER = "";
    /** Of all streams together: Kinesis' own default for an account. */
    public static final int MOST_SHARDS = 200;

    /** What waits for the broker's answer is in memory. */
    private static final long MOST_UNDER_WAY = 64L << 20;

    private static final long TIDY_MILLIS = 10_000;
    /** What has no end then, gets it at the next start. */
    private static final long LONGEST_CLOSE_SECONDS = 5;

    private final Vertx vertx;
    private final DocumentShelf documents;
    private final BrokerConnection connection;
    private final Publisher publisher;
    private final SegmentShelf shelf;
    private final SegmentLimits limits;
    private final InstantSource clock;
    private final WorkerExecutor disk;
    private final Map<String, Stream> streams = new ConcurrentHashMap<>();
    private final AtomicLong underWay = new AtomicLong();
    private Future<?> lastChange = Future.succeededFuture();
    private long tidying;

    /** @param connection of its own */
    public Streams(
            Vertx vertx,
            DocumentShelf documents,
            BrokerConnection connection,
            BrokerManagement management,
            InstantSource clock) {
        this(vertx, documents, connection, management, clock, SegmentLimits.STANDARD);
    }

    Streams(
            Vertx vertx,
            DocumentShelf documents,
            BrokerConnection connection,
            BrokerManagement management,
            InstantSource clock,
            SegmentLimits limits) {
        this.vertx = vertx;
        this.documents = documents;
        this.connection = connection;
        this.publisher = new Publisher(connection);
        this.disk = vertx.createSharedWorkerExecutor("millrace-streams", 1);
        this.shelf = new SegmentShelf(documents, management, connection, disk);
        this.limits = limits;
        this.clock = clock;
    }

    private record Stream(StreamDefinition definition, List<ShardLog> shards) {}

    /** Takes up what is stored; to be called once, before anything else. */
    public Future<Void> resume() {
        return onLoop(() -> {
            documents.all(DocumentKind.STREAM).stream()
                    .map(StreamDefinition::read)
                    .forEach(definition -> streams.put(definition.name(), stream(definition)));
            tidy();
            connection.whenUp(up -> tidy());
            tidying = vertx.setPeriodic(TIDY_MILLIS, again -> connection.run(this::tidy));
            return Future.<Void>succeededFuture();
        });
    }

    private Stream stream(StreamDefinition definition) {
        return new Stream(
                definition,
                IntStream.range(0, definition.shards())
                        .mapToObj(shard -> new ShardLog(
                                ShardName.of(definition.name(), shard), shelf, publisher, connection, clock, limits))
                        .toList());
    }

    /** Ends what is left without an end and deletes what is too old. Event loop only. */
    void tidy() {
        if (connection.isUp()) {
            streams.values().forEach(stream -> stream.shards()
                    .forEach(shard -> shard.tidy(stream.definition().retention())));
        }
    }

    /** From memory. */
    public Optional<StreamDefinition> find(String name) {
        return Optional.ofNullable(streams.get(name)).map(Stream::definition);
    }

    /** From memory, by name. */
    public List<StreamDefinition> all() {
        return streams.values().stream()
                .map(Stream::definition)
                .sorted(Comparator.comparing(StreamDefinition::name))
                .toList();
    }

    /** @throws StreamUnknownException if there is none */
    public List<ShardView> shards(String name) {
        Stream stream = require(name);
        List<HashRange> hashes = HashRange.split(stream.shards().size());
        return IntStream.range(0, hashes.size())
                .mapToObj(shard -> new ShardView(ShardName.of(name, shard).id(), hashes.get(shard)))
                .toList();
    }

    private Stream require(String name) {
        Stream stream = streams.get(name);
        if (stream == null) {
            throw new StreamUnknownException(name);
        }
        return stream;
    }

    /** @return fails with StreamRefusedException, for one that may not be */
    public Future<StreamDefinition> create(String name, int shards, Duration retention) {
        return change(() -> {
            if (!StreamDefinition.NAME.matcher(name).matches()) {
                throw new StreamRefusedException(
                        Reason.INVALID, "stream name is '" + name + "', expected " + StreamDefinition.NAME);
            }
            if (streams.containsKey(name)) {
                throw new StreamRefusedException(Reason.NAME_TAKEN, "stream '" + name + "' exists");
            }
            int others = streams.values().stream()
                    .mapToInt(stream -> stream.shards().size())
                    .sum();
            if (shards < 1 || shards > MOST_SHARDS - others) {
                throw new StreamRefusedException(
                        Reason.TOO_MANY_SHARDS,
                        "shard count is " + shards + ", expected 1 to " + (MOST_SHARDS - others) + ", which with the "
                                + others + " there are makes " + MOST_SHARDS);
            }
            StreamDefinition created = new StreamDefinition(
                    name, shards, requireRetention(retention), Instant.ofEpochMilli(clock.millis()));
            return store(created).map(stored -> {
                streams.put(name, stream(created));
                return created;
            });
        });
    }

    private static Duration requireRetention(Duration retention) {
        if (retention.compareTo(StreamDefinition.DEFAULT_RETENTION) < 0
                || retention.compareTo(StreamDefinition.LONGEST_RETENTION) > 0) {
            throw new StreamRefusedException(
                    Reason.INVALID,
                    "retention is " + retention.toHours() + " hours, expected "
                            + StreamDefinition.DEFAULT_RETENTION.toHours() + " to "
                            + StreamDefinition.LONGEST_RETENTION.toHours());
        }
        return retention;
    }

    private Future<Void> store(StreamDefinition definition) {
        return shelf.onLoop(disk.executeBlocking(() -> {
            documents.change(
                    DocumentKind.STREAM, NO_OWNER, definition.name(), before -> Optional.of(definition.json()));
            return null;
        }));
    }

    /** @return fails with StreamUnknownException, or with StreamRefusedException for a time that may not be */
    public Future<StreamDefinition> retain(String name, Duration retention) {
        return change(() -> {
            Stream stream = require(name);
            StreamDefinition changed = stream.definition().with(requireRetention(retention));
            return store(changed).map(stored -> {
                streams.put(name, new Stream(changed, stream.shards()));
                return changed;
            });
        });
    }

    /** With all records. What fails on its way may be deleted again. */
    public Future<Void> delete(String name) {
        return change(() -> {
            Stream stream = require(name);
            Future<Void> deleted = Future.succeededFuture();
            for (ShardLog shard : stream.shards()) {
                deleted = deleted.compose(before -> shard.delete());
            }
            return deleted.compose(gone -> forget(stream.definition())).map(forgotten -> {
                streams.remove(name);
                return null;
            });
        });
    }

    private Future<Void> forget(StreamDefinition definition) {
        return shelf.onLoop(disk.executeBlocking(() -> {
            for (Document shard : documents.of(DocumentKind.STREAM_SHARD, definition.name())) {
                documents.change(shard.kind(), shard.owner(), shard.name(), before -> Optional.empty());
            }
            documents.change(DocumentKind.STREAM, NO_OWNER, definition.name(), before -> Optional.empty());
            return null;
        }));
    }

    /**
     * Appends a record to the shard of its key. Those that one thread puts to one shard stay in its order.
     *
     * @return where it is, when the broker has it on disk. Fails with StreamUnknownException, with
     *     StreamRefusedException where too much is under way, with BrokerRefusedException (it is not kept), or with
     *     BrokerUnavailableException (unknown).
     */
    public Future<Placed> put(String name, NewRecord record) {
        Stream stream = streams.get(name);
        if (stream == null) {
            return Future.failedFuture(new StreamUnknownException(name));
        }
        if (underWay.addAndGet(record.size()) > MOST_UNDER_WAY) {
            underWay.addAndGet(-record.size());
            return Future.failedFuture(new StreamRefusedException(
                    Reason.TOO_FAST, "more than " + MOST_UNDER_WAY + " bytes wait for the broker's answer"));
        }
        ShardLog shard = stream.shards()
                .get(HashRange.shardOf(record.hash(), stream.shards().size()));
        return onLoop(() -> shard.put(record))
                .map(sequence -> new Placed(shard.name().id(), sequence))
                .onComplete(done -> underWay.addAndGet(-record.size()));
    }

    /** Each on its own, in the order given. */
    public List<Future<Placed>> putAll(String name, List<NewRecord> records) {
        List<Future<Placed>> placed = new ArrayList<>();
        records.forEach(record -> placed.add(put(name, record)));
        return placed;
    }

    /** @return fails with StreamUnknownException if there is no such stream, or no such shard */
    public Future<ShardReader> reader(String name, String shardId, ReadStart start) {
        return onLoop(() -> {
            ShardLog log = require(name).shards().stream()
                    .filter(shard -> shard.name().id().equals(shardId))
                    .findFirst()
                    .orElseThrow(() -> new StreamUnknownException(name));
            Supplier<Duration> retention =
                    () -> find(name).map(StreamDefinition::retention).orElse(Duration.ZERO);
            return Future.succeededFuture(new ShardReader(log, shelf, connection, clock, retention, start));
        });
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> work) {
        return Crossing.over(connection, work);
    }

    /** One after the other. */
    private <T> Future<T> change(Supplier<Future<T>> change) {
        return onLoop(() -> {
            Future<T> changed = lastChange
                    .transform(before -> Future.<Void>succeededFuture())
                    .compose(start -> change.get());
            lastChange = changed;
            return changed;
        });
    }

    /** Ends the open segments, so that the next start finds nothing to end. */
    public Future<Void> close() {
        return onLoop(() -> {
            vertx.cancelTimer(tidying);
            List<Future<Void>> closing = new ArrayList<>();
            streams.values().forEach(stream -> stream.shards().forEach(shard -> closing.add(shard.close())));
            return Future.join(closing)
                    .timeout(LONGEST_CLOSE_SECONDS, TimeUnit.SECONDS)
                    .<Void>mapEmpty()
                    .transform(ended -> disk.close());
        });
    }
}
