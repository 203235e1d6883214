package io.millrace.runtime.environment.process;

import io.vertx.core.Vertx;
import java.time.Duration;

/** One time limit at a time. Event loop only. */
final class Timer {
    /** No timer of Vert.x, whose first is 0. */
    private static final long NONE = -1;

    private final Vertx vertx;
    private long id = NONE;
    private long generation;

    Timer(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Takes the place of the limit before. */
    void start(Duration limit, Runnable whenOver) {
        cancel();
        long mine = generation;
        id = vertx.setTimer(Math.max(1, limit.toMillis()), now -> {
            if (mine == generation) {
                generation++;
                whenOver.run();
            }
        });
    }

    void cancel() {
        generation++;
        if (id != NONE) {
            vertx.cancelTimer(id);
            id = NONE;
        }
    }
}
