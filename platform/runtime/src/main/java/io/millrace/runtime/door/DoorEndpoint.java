package io.millrace.runtime.door;

import io.vertx.core.Future;

/** Answers one kind of request. Called on the event loop, which it must not block; may throw what a future may hold. */
@FunctionalInterface
public interface DoorEndpoint {
    Future<DoorAnswer> answer(DoorRequest request);
}
