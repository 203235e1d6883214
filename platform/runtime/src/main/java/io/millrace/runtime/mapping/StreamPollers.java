package io.millrace.runtime.mapping;

import io.millrace.broker.delivery.Publisher;
import io.millrace.core.function.FunctionArn;
import io.millrace.eventsource.EventSource;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.MessageSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.mapping.MappingRefusedException.SourceRefused;
import io.millrace.runtime.mapping.MappingRefusedException.SourceUnsupported;
import io.millrace.runtime.registry.CheckpointStore;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Pollers of sources of all kinds but the broker's own queues. */
public final class StreamPollers implements SourcePollers {
    /** Sources that are looked at together. */
    private static final int THREADS = 4;

    private static final String SELF_MANAGED = "self-managed Kafka";

    private final Vertx vertx;
    private final List<EventSourceKind> kinds;
    private final CheckpointStore checkpoints;
    private final FeedingParts parts;
    private final WorkerExecutor looking;

    /** @param kinds the first that a source is of, takes it */
    public StreamPollers(
            Vertx vertx,
            List<EventSourceKind> kinds,
            CheckpointStore checkpoints,
            Invoker invoker,
            Traces traces,
            FunctionAdministration functions,
            Publisher publisher,
            RecordKeys keys,
            Clock clock) {
        this(
                vertx,
                kinds,
                checkpoints,
                new FeedingParts(
                        new BatchCalls(invoker),
                        traces,
                        function -> QueuePollers.exists(functions, function),
                        function -> timeout(functions, function),
                        message -> publisher.send(message.getAddress(), message),
                        keys,
                        clock));
    }

    StreamPollers(Vertx vertx, List<EventSourceKind> kinds, CheckpointStore checkpoints, FeedingParts parts) {
        this.vertx = vertx;
        this.kinds = List.copyOf(kinds);
        this.checkpoints = checkpoints;
        this.parts = parts;
        this.looking = vertx.createSharedWorkerExecutor("millrace-sources", THREADS);
    }

    /** Of the slower version where an alias has two; nothing of a function that is gone. From memory. */
    private static Duration timeout(FunctionAdministration functions, FunctionArn arn) {
        return MappedVersions.of(functions, arn)
                .map(FunctionConfiguration::timeout)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** Told from the description alone. */
    boolean serves(SourceDescription source) {
        return kind(source).isPresent();
    }

    private Optional<EventSourceKind> kind(SourceDescription source) {
        return kinds.stream().filter(kind -> kind.isOf(source)).findFirst();
    }

    /** Opens it, and closes it again. A queue must hold its messages for as long as the function may run. */
    @Override
    public Future<Void> require(SourceDescription source, FunctionArn function) {
        Optional<EventSourceKind> kind = kind(source);
        if (kind.isEmpty()) {
            return Future.failedFuture(unsupported(source));
        }
        return looking.executeBlocking(
                () -> {
                    Optional<Duration> hold = look(kind.get(), source);
                    Duration timeout = parts.timeout().apply(function);
                    if (hold.isPresent() && hold.get().compareTo(timeout) < 0) {
                        throw new SourceRefused("Queue visibility timeout: "
                                + hold.get().toSeconds() + " seconds is less than Function timeout: "
                                + timeout.toSeconds() + " seconds");
                    }
                    return null;
                },
                false);
    }

    /** @return how long a queue holds its messages */
    private static Optional<Duration> look(EventSourceKind kind, SourceDescription source) {
        try {
            if (kind.isQueue()) {
                GuardedQueue opened = new GuardedQueue(queue(GuardedSource.open(kind, source, new NoCheckpoints())));
                try {
                    return Optional.of(opened.hold());
                } finally {
                    opened.close();
                }
            }
            GuardedSource.look(kind, source, new NoCheckpoints());
            return Optional.empty();
        } catch (SourceRefusedException | SourceAwayException cannotBeRead) {
            throw new SourceRefused(String.valueOf(cannotBeRead.getMessage()));
        }
    }

    private static SourceUnsupported unsupported(SourceDescription source) {
        return new SourceUnsupported(source.service().orElse(SELF_MANAGED));
    }

    /** Also of a source that no kind takes any more: the mapping shows that then. */
    @Override
    public SourcePoller poller(EventSourceMapping mapping, MappingCounts counts) {
        SourceDescription source = mapping.source();
        SourceDescription described = new SourceDescription(
                source.arn(),
                source.bootstrapServers(),
                source.topics(),
                source.queues(),
                source.startingPosition(),
                source.startingTimestamp(),
                source.accessConfigurations(),
                source.consumerGroup().or(() -> Optional.of(mapping.uuid())));
        Optional<EventSourceKind> kind = kind(described);
        Supplier<EventSource> open = () -> GuardedSource.open(
                kind.orElseThrow(() -> new SourceRefusedException(
                        String.valueOf(unsupported(source).getMessage()))),
                described,
                checkpoints.of(mapping.uuid()));
        if (kind.filter(EventSourceKind::isQueue).isPresent()) {
            FunctionArn function = mapping.settings().function();
            return new MessagePoller(
                    mapping,
                    counts,
                    () -> new GuardedQueue(queue(open.get())),
                    vertx,
                    parts.invoker(),
                    parts.traces(),
                    parts.keys(),
                    () -> parts.exists().test(function));
        }
        return new StreamPoller(mapping, counts, open, vertx, parts);
    }

    private static MessageSource queue(EventSource source) {
        if (source instanceof MessageSource queue) {
            return queue;
        }
        source.close();
        throw new SourceRefusedException("the source has partitions, and its kind says that it is a queue");
    }

    @Override
    public void retain(Set<String> uuids) {
        checkpoints.retain(uuids);
    }
}
