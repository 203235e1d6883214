package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.mapping.EventSourceMapping;
import io.millrace.runtime.mapping.MappingRefusals;
import io.millrace.runtime.mapping.QueueArn;
import io.millrace.runtime.mapping.SourcePoller;
import io.millrace.runtime.mapping.SourcePollers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** The boundary of mappings: knows two queues, keeps who polls, and lets batches run as long as it was told. */
public final class RecordingPollers implements SourcePollers {
    private static final Set<String> QUEUES = Set.of("orders-in", "refunds-in");

    /** Those that were started and not stopped. */
    final List<EventSourceMapping> polling = new CopyOnWriteArrayList<>();

    volatile Promise<Void> untilStarted = completed();
    volatile Promise<Void> untilStopped = completed();

    private static Promise<Void> completed() {
        Promise<Void> promise = Promise.promise();
        promise.complete();
        return promise;
    }

    @Override
    public Future<Void> require(QueueArn source) {
        return QUEUES.contains(source.queue())
                ? Future.succeededFuture()
                : Future.failedFuture(MappingRefusals.queueUnknown(source.queue()));
    }

    @Override
    public SourcePoller poller(EventSourceMapping mapping) {
        return new SourcePoller() {
            @Override
            public Future<Void> start() {
                polling.add(mapping);
                return untilStarted.future();
            }

            @Override
            public Future<Void> stop(Duration patience) {
                return untilStopped.future().onSuccess(stopped -> polling.remove(mapping));
            }
        };
    }
}
