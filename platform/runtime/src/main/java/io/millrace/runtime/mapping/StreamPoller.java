package io.millrace.runtime.mapping;

import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.runtime.mapping.StopSignal.Stopped;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a partitioned source open for one mapping, on a thread of its own, and a {@link PartitionPoller} for each of
 * its partitions.
 */
final class StreamPoller implements SourcePoller {
    private static final Logger LOGGER = LoggerFactory.getLogger(StreamPoller.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    /** After the end of all patience: a source that hangs must not hold up a change or the end. */
    private static final Duration UNTIL_LEFT_ALONE = Duration.ofSeconds(5);

    private final EventSourceMapping mapping;
    private final Supplier<EventSource> open;
    private final Vertx vertx;
    private final FeedingParts parts;
    private final EventFilter filter;
    private final SourceHealth health;
    private final StopSignal signal = new StopSignal();
    private final Set<PartitionPoller> working = ConcurrentHashMap.newKeySet();
    private final Promise<Void> stopped = Promise.promise();

    /** @param open blocks until the source is open, or fails as EventSourceKind.open does */
    StreamPoller(
            EventSourceMapping mapping,
            MappingCounts counts,
            Supplier<EventSource> open,
            Vertx vertx,
            FeedingParts parts) {
        this.mapping = mapping;
        this.open = open;
        this.vertx = vertx;
        this.parts = parts;
        this.filter = new EventFilter(mapping.settings().filters());
        this.health = new SourceHealth(mapping, counts);
    }

    /** At once, also where the source is away: a mapping of such a source can be changed. */
    @Override
    public Future<Void> start() {
        startThread();
        return Future.succeededFuture();
    }

    private void startThread() {
        Thread thread = new Thread(this::run, "mapping-" + mapping.uuid());
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((failed, mistake) -> broke(mistake));
        thread.start();
    }

    /** A mistake of ours, or no more threads: it begins anew with what is not committed. */
    private void broke(Throwable mistake) {
        LOGGER.atError()
                .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                .setCause(mistake)
                .log("poller of a mapping broke");
        health.away(label(), "polling broke: " + mistake);
        vertx.setTimer(LONGEST_PAUSE.toMillis(), again -> startThread());
    }

    @Override
    public Future<Void> stop(Duration patience) {
        signal.stop();
        working.forEach(PartitionPoller::stop); // Now: until the thread wakes a lane could begin one more batch.
        long millis = Math.max(1, patience.toMillis());
        long abandon = vertx.setTimer(millis, late -> signal.abandon());
        long leave = vertx.setTimer(millis + UNTIL_LEFT_ALONE.toMillis(), stuck -> {
            if (stopped.tryComplete()) {
                LOGGER.atWarn()
                        .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                        .addKeyValue(LogKeys.SOURCE, mapping.source().label())
                        .log("event source does not close");
            }
        });
        return stopped.future().onComplete(ended -> {
            vertx.cancelTimer(abandon);
            vertx.cancelTimer(leave);
        });
    }

    @Override
    public Optional<String> lastResult() {
        return health.lastResult();
    }

    private String label() {
        return mapping.source().label();
    }

    private void run() {
        try {
            while (true) {
                follow(opened());
            }
        } catch (Stopped stop) {
            stopped.tryComplete();
        }
    }

    /** Waits for a source that is away, and for one that is refused now: it may be made again. */
    private GuardedSource opened() throws Stopped {
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (true) {
            signal.requireRunning();
            try {
                GuardedSource source = new GuardedSource(partitioned(open.get()));
                health.back(label());
                return source;
            } catch (SourceAwayException | SourceRefusedException notNow) {
                health.away(label(), String.valueOf(notNow.getMessage()));
                signal.pause(backoff.next());
            }
        }
    }

    private static PartitionedSource partitioned(EventSource source) {
        if (source instanceof PartitionedSource partitioned) {
            return partitioned;
        }
        source.close();
        throw new SourceRefusedException("the source is a queue, and its kind says that it has partitions");
    }

    /** Until the stop, or until the source is to be opened anew, which begins with what is not committed. */
    private void follow(GuardedSource source) throws Stopped {
        Map<String, PartitionPoller> pollers = new HashMap<>();
        try {
            while (pollers.values().stream().noneMatch(PartitionPoller::broke)) {
                try {
                    Set<String> partitions = source.partitions();
                    pollers.entrySet().removeIf(entry -> isOver(entry.getKey(), entry.getValue(), partitions));
                    for (String partition : partitions) {
                        startIfNew(source, partition, pollers);
                    }
                    health.counts()
                            .lag(partitions.stream()
                                    .map(source::behind)
                                    .flatMapToLong(OptionalLong::stream)
                                    .max());
                    health.back(label());
                } catch (SourceAwayException away) {
                    health.away(label(), String.valueOf(away.getMessage()));
                }
                signal.pause(LOOK_EVERY);
            }
        } finally {
            health.counts().lag(OptionalLong.empty());
            end(source, pollers);
            health.counts().ages().allLeft(); // Also of a lane whose handler is left alone.
        }
    }

    private boolean isOver(String partition, PartitionPoller poller, Set<String> partitions) {
        if (!partitions.contains(partition)) {
            poller.stop();
            health.back(partition);
        }
        boolean isOver = poller.ended().isDone() && !poller.broke();
        if (isOver) {
            working.remove(poller);
        }
        return isOver;
    }

    private void startIfNew(GuardedSource source, String partition, Map<String, PartitionPoller> pollers)
            throws Stopped {
        if (!pollers.containsKey(partition)) {
            PartitionPoller poller =
                    new PartitionPoller(OpenPartition.of(mapping, source, partition), filter, health, parts);
            working.add(poller);
            signal.requireRunning();
            poller.start();
            pollers.put(partition, poller);
        }
    }

    private void end(GuardedSource source, Map<String, PartitionPoller> pollers) {
        pollers.values().forEach(PartitionPoller::stop);
        working.clear();
        CompletableFuture<Void> ended = CompletableFuture.allOf(
                pollers.values().stream().map(PartitionPoller::ended).toArray(CompletableFuture<?>[]::new));
        try {
            signal.await(ended);
        } catch (Stopped late) {
            LOGGER.atWarn().addKeyValue(LogKeys.MAPPING, mapping.uuid()).log("batches abandoned, will run again");
            pollers.values().forEach(PartitionPoller::abandon);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("the end of a poller does not fail", impossible);
        }
        try {
            source.close();
        } catch (SourceAwayException away) {
            LOGGER.atDebug()
                    .addKeyValue(LogKeys.MAPPING, mapping.uuid())
                    .setCause(away)
                    .log("event source did not close");
        }
    }
}
