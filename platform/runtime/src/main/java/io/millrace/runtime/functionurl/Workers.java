package io.millrace.runtime.functionurl;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/** Keeps what takes long away from the event loop. Thread-safe. */
record Workers(Vertx vertx) {
    /** Up to this size, work is done at once; the way to a worker and back would take longer. */
    private static final int QUICKLY_DONE_BYTES = 64 * 1024;

    /** @param bytes that there are to work on; what the work throws becomes the failure */
    <T> Future<T> run(int bytes, Supplier<T> work) {
        return bytes > QUICKLY_DONE_BYTES
                ? vertx.executeBlocking(work::get, false)
                : Future.<Void>succeededFuture().map(start -> work.get());
    }
}
