package io.millrace.runtime.deployment;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;

/** One change of functions after the other, on a thread of their own, in the order they are asked for. Thread-safe. */
final class Changes {
    private final Vertx vertx;
    private final WorkerExecutor oneByOne;

    Changes(Vertx vertx) {
        this.vertx = vertx;
        this.oneByOne = vertx.createSharedWorkerExecutor("millrace-deployments", 1);
    }

    /**
     * A change that is accepted when it is stored, and done afterwards.
     *
     * @param rest ends the change, before any other is begun; tells itself what fails
     */
    record Accepted<T>(T reply, Runnable rest) {}

    <T> Future<T> run(Callable<T> change) {
        return oneByOne.executeBlocking(change);
    }

    /** Answers after the first step; whatever comes next waits for the second. */
    <T> Future<T> inTwoSteps(Callable<Accepted<T>> first) {
        Context caller = vertx.getOrCreateContext();
        Promise<T> stored = Promise.promise();
        run(() -> {
                    Accepted<T> accepted = first.call();
                    caller.runOnContext(now -> stored.tryComplete(accepted.reply()));
                    accepted.rest().run();
                    return accepted;
                })
                .onFailure(stored::tryFail);
        return stored.future();
    }

    /** Blocks: on the thread of changes only. */
    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }

    /** Takes back what was done so far where {@code step} fails. */
    static void orUndo(Runnable step, Runnable undo) {
        try {
            step.run();
        } catch (RuntimeException failed) {
            try {
                undo.run();
            } catch (RuntimeException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
            throw failed;
        }
    }
}
