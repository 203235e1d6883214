package io.millrace.runtime.relay;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one change after the other be made, each with all that it does at the broker: what two of them did in between each
 * other would leave queues that nobody empties. Thread-safe.
 */
public final class Turns {
    private Future<?> last = Future.succeededFuture();

    /**
     * @param change begun when all before it have ended, well or not; what it throws fails its future only
     * @return completes on the caller's context, if it has one: what it does with the answer is its own work
     */
    public <T> Future<T> take(Supplier<Future<T>> change) {
        @Nullable Context caller = Vertx.currentContext();
        Promise<T> answer = Promise.promise();
        follow(change).onComplete(done -> {
            if (caller == null) {
                answer.handle(done);
            } else {
                caller.runOnContext(back -> answer.handle(done));
            }
        });
        return answer.future();
    }

    private synchronized <T> Future<T> follow(Supplier<Future<T>> change) {
        Future<T> changed =
                last.transform(before -> Future.<Void>succeededFuture()).compose(start -> change.get());
        last = changed;
        return changed;
    }
}
