package io.millrace.runtime.stream;

import io.millrace.broker.connection.BrokerConnection;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** From a caller's thread to the event loop of streams and back. */
final class Crossing {
    private Crossing() {}

    /** @return completes on the caller's context, if it has one: what it does with the answer is its own work */
    static <T> Future<T> over(BrokerConnection connection, Supplier<Future<T>> work) {
        @Nullable Context caller = Vertx.currentContext();
        Promise<T> answer = Promise.promise();
        connection.run(() -> Future.<Void>succeededFuture() // What is thrown fails the future.
                .compose(start -> work.get())
                .onComplete(done -> {
                    if (caller == null || caller == connection.context()) {
                        answer.handle(done);
                    } else {
                        caller.runOnContext(back -> answer.handle(done));
                    }
                }));
        return answer.future();
    }
}
