package io.millrace.bench;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Recorder;

/**
 * The traffic of others: a durable message every few milliseconds to a queue of its own, however long the answers take,
 * with the time until the broker has each on disk. Those that wait are measured from when they were due.
 */
final class PacedSends implements Lane {
    private static final long EVERY_MILLIS = 5;
    // Nobody takes them, and a queue that pages would measure the disk.
    private static final long PURGE_AT = 10_000;

    private final Vertx vertx = Vertx.vertx();
    private final BrokerConnection connection;
    private final BrokerManagement management;
    private final Publisher publisher;
    private final String queue;
    private final Recorder latencies = new Recorder(3);
    private final AtomicLong completed = new AtomicLong();
    private long timer;

    private PacedSends(BrokerAddress broker, String queue) {
        this.connection = Waiting.on("connecting to the broker", BrokerConnection.open(vertx, broker, "others"));
        Waiting.on("connecting to the broker", connection.firstUp());
        this.management = new BrokerManagement(connection);
        this.publisher = new Publisher(connection);
        this.queue = queue;
        Waiting.on("making " + queue, management.createQueue(new QueueSpec(queue, true)));
    }

    static PacedSends connect(Surroundings on) {
        return new PacedSends(BrokerAddress.parse(on.brokerUrl()), on.nextQueue());
    }

    @Override
    public void resume() {
        timer = vertx.setPeriodic(EVERY_MILLIS, due -> send());
    }

    private void send() {
        long dueAt = System.nanoTime();
        publisher
                .send(queue, EventMessages.durable("others", Load.body(), Map.of(), null))
                .onSuccess(onDisk -> {
                    latencies.recordValue(System.nanoTime() - dueAt);
                    completed.incrementAndGet();
                });
    }

    @Override
    public long completed() {
        return completed.get();
    }

    @Override
    public void pause() {
        vertx.cancelTimer(timer);
        if (completed.get() % PURGE_AT < PURGE_AT / 2) {
            Waiting.on("emptying " + queue, management.operation("queue." + queue, "removeAllMessages"));
        }
    }

    @Override
    public void forgetLatencies() {
        latencies.reset();
    }

    /** The median and the 99th percentile since they were forgotten, in microseconds. */
    double[] percentiles() {
        var histogram = latencies.getIntervalHistogram();
        return new double[] {histogram.getValueAtPercentile(50) / 1e3, histogram.getValueAtPercentile(99) / 1e3};
    }

    @Override
    public void close() {
        Waiting.on("deleting " + queue, management.deleteQueue(queue));
        Waiting.on("disconnecting", connection.close());
        Waiting.on("closing", vertx.close());
    }
}
