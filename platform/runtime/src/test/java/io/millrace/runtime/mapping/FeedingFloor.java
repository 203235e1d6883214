package io.millrace.runtime.mapping;

import static org.awaitility.Awaitility.await;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.apache.qpid.proton.message.Message;

/** A log, a function, and what comes between them. */
final class FeedingFloor implements AutoCloseable {
    /** To which batches are linked. */
    Traces traces = Traces.OFF;

    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    static final String PARTITION = "shard-0";
    static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:given-up";
    static final FunctionArn FUNCTION = FunctionArn.of("us-east-1", "000000000000", new FunctionName("orders"));
    private static final String UUID = "11111111-1111-4111-8111-111111111111";

    private final Vertx vertx = Vertx.vertx();
    final MemoryLog log = new MemoryLog();
    final ScriptedFunction function = new ScriptedFunction(vertx);
    final List<Message> sent = new CopyOnWriteArrayList<>();
    final List<StreamPoller> pollers = new ArrayList<>();
    final SuppliedKeys keys = new SuppliedKeys();
    final MappingCounts counts = new MappingCounts();
    volatile boolean exists = true;
    volatile UnaryOperator<Future<Void>> broker = accepted -> accepted;
    volatile Instant now = NOON;

    FeedingFloor() {
        log.addPartition(PARTITION);
    }

    /** Records with the numbers from the next one on, of one key, that arrive now. */
    void append(int count) {
        for (int i = 0; i < count; i++) {
            log.append(PARTITION, "k", now);
        }
    }

    static MappingSettings settings(int batchSize) {
        return settings(batchSize, Duration.ZERO, false, List.of(), StreamSettings.DEFAULTS);
    }

    static MappingSettings settings(int batchSize, StreamSettings stream) {
        return settings(batchSize, Duration.ZERO, false, List.of(), stream);
    }

    static MappingSettings reporting(int batchSize, StreamSettings stream) {
        return settings(batchSize, Duration.ZERO, true, List.of(), stream);
    }

    static MappingSettings settings(
            int batchSize, Duration window, boolean reports, List<String> filters, StreamSettings stream) {
        return new MappingSettings(FUNCTION, batchSize, window, OptionalInt.empty(), reports, filters, stream);
    }

    /** With a destination for what is given up. */
    static StreamSettings retries(int most) {
        return new StreamSettings(1, false, Optional.empty(), OptionalInt.of(most), Duration.ZERO, Optional.of(QUEUE));
    }

    /** As {@link #retries}, splitting what failed. */
    static StreamSettings bisecting(int retries) {
        return new StreamSettings(
                1, true, Optional.empty(), OptionalInt.of(retries), Duration.ZERO, Optional.of(QUEUE));
    }

    static StreamSettings maximumAge(Duration age) {
        return new StreamSettings(1, false, Optional.of(age), OptionalInt.empty(), Duration.ZERO, Optional.of(QUEUE));
    }

    static StreamSettings parallel(int batches) {
        return new StreamSettings(
                batches, false, Optional.empty(), OptionalInt.empty(), Duration.ZERO, Optional.empty());
    }

    static StreamSettings tumbling(Duration window) {
        return new StreamSettings(1, false, Optional.empty(), OptionalInt.empty(), window, Optional.empty());
    }

    StreamPoller start(MappingSettings settings) {
        return start(settings, log);
    }

    StreamPoller start(MappingSettings settings, MemoryLog from) {
        SourceDescription source = SourceDescription.ofArn("arn:aws:memory:us-east-1:000000000000:log");
        EventSourceMapping mapping = new EventSourceMapping(UUID, source, settings, true, MappingState.ENABLED, NOON);
        FeedingParts parts = new FeedingParts(
                function,
                traces,
                arn -> exists,
                arn -> Duration.ofSeconds(3),
                this::send,
                keys.of(vertx),
                new SuppliedClock(() -> now));
        StreamPoller poller = new StreamPoller(
                mapping, counts, () -> GuardedSource.open(from, source, new NoCheckpoints()), vertx, parts);
        pollers.add(poller);
        poller.start();
        return poller;
    }

    private Future<Void> send(Message message) {
        Future<Void> answer = broker.apply(Future.succeededFuture());
        if (answer.succeeded()) {
            sent.add(message);
        }
        return answer;
    }

    /** Blocks until it has stopped. */
    void stop(StreamPoller poller, Duration patience) {
        try {
            poller.stop(patience).toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failed) {
            throw new AssertionError("the poller did not stop", failed);
        }
        pollers.remove(poller);
    }

    /** Blocks until so many records of the partition are committed. */
    void awaitDone(int records) {
        await().atMost(PATIENCE)
                .failFast(() -> log.done(PARTITION) > records)
                .until(() -> log.done(PARTITION) == records);
    }

    /** Records for the destination, as JSON. */
    List<String> givenUp() {
        return sent.stream()
                .map(message -> new String(EventMessages.payload(message), StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public void close() {
        List.copyOf(pollers).forEach(poller -> stop(poller, Duration.ZERO));
        keys.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
