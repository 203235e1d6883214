package io.millrace.runtime.stream;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.runtime.registry.FunctionRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Streams on a real broker and a real registry. Blocking. */
final class StreamServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAGE_BYTES = 1 << 20;

    final Streams streams;
    final BrokerManagement management;
    private final Vertx vertx = Vertx.vertx();
    private final EmbeddedBroker broker;
    private final FunctionRegistry registry;
    private final BrokerConnection streaming;
    private final BrokerConnection managing;

    StreamServer(Path directory, InstantSource clock, SegmentLimits limits) {
        broker = EmbeddedBroker.start(
                EmbeddedBrokerOptions.of(directory.resolve("broker")).withFreePorts(), failure -> {});
        registry = FunctionRegistry.open(directory);
        streaming = connect("stream");
        managing = connect("manage");
        management = new BrokerManagement(managing);
        streams = new Streams(vertx, registry.documents(), streaming, management, clock, limits);
        await(streams.resume());
    }

    private BrokerConnection connect(String name) {
        BrokerConnection connection =
                await(BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", broker.amqpPort()), name));
        await(connection.firstUp());
        return connection;
    }

    static <T> T await(Future<T> future) {
        return future.timeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    StreamDefinition create(String name, int shards) {
        return await(streams.create(name, shards, StreamDefinition.DEFAULT_RETENTION));
    }

    Placed put(String stream, String key, String data) {
        return await(streams.put(stream, record(key, data)));
    }

    /** All at once; in the order of the answers' futures. */
    List<Placed> putAll(String stream, String key, List<String> data) {
        return await(Future.all(streams.putAll(
                        stream, data.stream().map(each -> record(key, each)).toList()))
                .map(all -> all.<Placed>list()));
    }

    private static NewRecord record(String key, String data) {
        return new NewRecord(key, data.getBytes(StandardCharsets.UTF_8));
    }

    ShardReader reader(String stream, ReadStart start) {
        return await(streams.reader(stream, shard(stream), start));
    }

    /** The first one. */
    String shard(String stream) {
        return streams.shards(stream).get(0).id();
    }

    static ReadPage read(ShardReader reader, int most, Duration patience) {
        return await(reader.read(most, PAGE_BYTES, patience));
    }

    /** Up to the end. */
    static List<StreamRecord> readAll(ShardReader reader, int pageSize) {
        List<StreamRecord> records = new ArrayList<>();
        ReadPage page;
        do {
            page = read(reader, pageSize, Duration.ZERO);
            records.addAll(page.records());
        } while (!page.behind().isZero());
        return records;
    }

    List<String> readAll(String stream, ReadStart start) {
        ShardReader reader = reader(stream, start);
        try {
            return texts(readAll(reader, 1_000));
        } finally {
            reader.close();
        }
    }

    static List<String> texts(List<StreamRecord> records) {
        return records.stream()
                .map(record -> new String(record.data(), StandardCharsets.UTF_8))
                .toList();
    }

    /** As the timer does. */
    void tidy() {
        await(Future.future(done -> streaming.run(() -> {
            streams.tidy();
            done.complete();
        })));
    }

    List<String> queues(String stream) {
        return await(management.queueNames()).stream()
                .filter(queue -> queue.startsWith("stream." + stream + "."))
                .sorted()
                .toList();
    }

    /** As any client may: receives and completes so many messages. */
    int consume(String queue, int count) {
        AtomicInteger received = new AtomicInteger();
        Promise<Void> all = Promise.promise();
        Promise<InboundLink> opened = Promise.promise();
        Consumer<Delivery> each = delivery -> {
            delivery.complete();
            if (received.incrementAndGet() == count) {
                all.complete();
            }
        };
        managing.run(() -> {
            InboundLink[] link = new InboundLink[1];
            link[0] = new InboundLink(managing, queue, false, each, () -> link[0].grant(count));
            link[0].open();
            opened.complete(link[0]);
        });
        await(all.future());
        InboundLink link = await(opened.future());
        await(Future.future(closed -> managing.run(() -> link.close().onComplete(closed))));
        return received.get();
    }

    /** A clock that stands still until it is moved. */
    static final class HandClock implements InstantSource {
        private volatile Instant now = Instant.parse("2026-11-21T12:00:00.123Z");

        @Override
        public Instant instant() {
            return now;
        }

        void move(Duration further) {
            now = now.plus(further);
        }
    }

    @Override
    public void close() {
        await(streams.close());
        await(Future.join(streaming.close(), managing.close()));
        registry.close();
        await(vertx.close());
        broker.close();
    }
}
