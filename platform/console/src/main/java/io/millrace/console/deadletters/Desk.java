package io.millrace.console.deadletters;

import io.millrace.broker.connection.BrokerAddress;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.function.Function;

/**
 * All that answers for dead letters, on one event loop of its own: looking at a million messages delays neither events
 * nor other requests.
 */
record Desk(
        Vertx vertx,
        Context loop,
        LazyDeadLetters broker,
        Queues queues,
        GroupScans scans,
        OpenLists lists,
        OneLetter letter,
        Plans plans,
        DrivenJobs jobs,
        Edits edits) {

    static Desk open(BrokerAddress address) {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        LazyDeadLetters broker = new LazyDeadLetters(vertx, address);
        Queues queues = new Queues(broker);
        GroupScans scans = new GroupScans(vertx, broker, queues);
        return new Desk(
                vertx,
                vertx.getOrCreateContext(),
                broker,
                queues,
                scans,
                new OpenLists(vertx, broker, queues),
                new OneLetter(broker, queues),
                new Plans(vertx, broker, queues, scans),
                new DrivenJobs(broker, queues, scans::forget),
                new Edits(broker, queues, scans::forget));
    }

    /** Runs it on the loop; what follows runs where it was asked for. Thread-safe. */
    <T> Future<T> run(Function<Desk, Future<T>> work) {
        Promise<T> done = Promise.promise();
        Context asker = Vertx.currentContext();
        loop.runOnContext(now -> Future.<Void>succeededFuture() // inside a future: what is thrown arrives, too
                .compose(start -> work.apply(this))
                .onComplete((value, failure) -> {
                    Runnable arrives = () -> arrive(done, value, failure);
                    if (asker == null) {
                        arrives.run();
                    } else {
                        asker.runOnContext(there -> arrives.run());
                    }
                }));
        return done.future();
    }

    private static <T> void arrive(Promise<T> done, T value, Throwable failure) {
        if (failure == null) {
            done.complete(value);
        } else {
            done.fail(failure);
        }
    }

    /** Jobs that are driven here are not any more; they can be resumed. */
    Future<Void> close() {
        return run(desk -> broker.close()).transform(closed -> vertx.close());
    }
}
