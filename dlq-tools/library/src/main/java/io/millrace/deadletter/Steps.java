package io.millrace.deadletter;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/** A loop over futures whose length costs neither stack nor heap, as a chain of composed futures would. */
final class Steps {
    private Steps() {}

    /** @param step tells whether there is more to do */
    static Future<Void> repeat(Supplier<Future<Boolean>> step) {
        Promise<Void> done = Promise.promise();
        next(step, done);
        return done.future();
    }

    private static void next(Supplier<Future<Boolean>> step, Promise<Void> done) {
        step.get().onComplete(stepped -> after(stepped, step, done));
    }

    private static void after(AsyncResult<Boolean> stepped, Supplier<Future<Boolean>> step, Promise<Void> done) {
        if (stepped.failed()) {
            done.fail(stepped.cause());
        } else if (stepped.result()) {
            next(step, done);
        } else {
            done.complete();
        }
    }
}
