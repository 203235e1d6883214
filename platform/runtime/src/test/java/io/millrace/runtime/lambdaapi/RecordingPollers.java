package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionArn;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.MappingCounts;
import io.millrace.runtime.mapping.MappingRefusals;
import io.millrace.runtime.mapping.QueueArn;
import io.millrace.runtime.mapping.SourcePoller;
import io.millrace.runtime.mapping.SourcePollers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The boundary of mappings: knows a few queues and all other sources but those that are called {@code unread} or
 * {@code absent}, keeps who polls, and lets batches run as long as it was told.
 */
public final class RecordingPollers implements SourcePollers {
    private static final Set<String> QUEUES = Set.of("orders-in", "refunds-in", "orders.fifo");

    /** Those that were started and not stopped. */
    final List<EventSourceMapping> polling = new CopyOnWriteArrayList<>();

    /** How the last batch of each ended. */
    volatile Optional<String> lastResult = Optional.empty();

    /** Of every queue. */
    volatile OptionalLong backlog = OptionalLong.empty();

    volatile Promise<Void> untilStarted = completed();
    volatile Promise<Void> untilStopped = completed();

    private static Promise<Void> completed() {
        Promise<Void> promise = Promise.promise();
        promise.complete();
        return promise;
    }

    @Override
    public Future<Void> require(SourceDescription source, FunctionArn function) {
        String label = source.label();
        if (label.contains("unread")) {
            return Future.failedFuture(MappingRefusals.unsupported(source));
        }
        if (label.contains("stream/absent")) {
            return Future.failedFuture(MappingRefusals.refused("Stream not found: " + label));
        }
        Optional<QueueArn> own = source.arn().flatMap(QueueArn::parse).filter(arn -> arn.account()
                .equals("000000000000"));
        return own.map(arn -> requireQueue(arn.queue())).orElseGet(Future::succeededFuture);
    }

    private static Future<Void> requireQueue(String queue) {
        return QUEUES.contains(queue)
                ? Future.succeededFuture()
                : Future.failedFuture(MappingRefusals.queueUnknown(queue));
    }

    @Override
    public SourcePoller poller(EventSourceMapping mapping, MappingCounts counts) {
        return new SourcePoller() {
            @Override
            public Future<Void> start() {
                polling.add(mapping);
                return untilStarted.future();
            }

            @Override
            public Optional<String> lastResult() {
                return lastResult;
            }

            @Override
            public Future<OptionalLong> backlog() {
                return Future.succeededFuture(backlog);
            }

            @Override
            public Future<Void> stop(Duration patience) {
                return untilStopped.future().onSuccess(stopped -> polling.remove(mapping));
            }
        };
    }
}
