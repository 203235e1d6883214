package io.millrace.runtime.environment.process;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;

/** Which event loop talks to an environment's process. */
final class EventLoops {
    /**
     * Up to here an event loop carries the conversations of all processes that so many cores can run, and a change of
     * threads on the way there and back costs each event more than it spreads (a fifth of its processor time on 2 cores).
     */
    private static final int FEW_CORES = 4;

    private EventLoops() {}

    /** The loop that asks, if there is one and the machine is small; else one after the other. */
    static Context forEnvironment(Vertx vertx) {
        VertxInternal internal = (VertxInternal) vertx;
        if (Runtime.getRuntime().availableProcessors() > FEW_CORES) {
            return internal.createEventLoopContext();
        }
        return internal.contextBuilder()
                .withEventLoop(internal.getOrCreateContext().nettyEventLoop())
                .build();
    }
}
