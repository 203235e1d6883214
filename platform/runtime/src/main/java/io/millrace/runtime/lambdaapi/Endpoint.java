package io.millrace.runtime.lambdaapi;

import io.vertx.core.Future;

/** Answers one kind of request. Called on the event loop; may throw what a failed future may hold. */
@FunctionalInterface
interface Endpoint {
    Future<Reply> answer(Request request);
}
