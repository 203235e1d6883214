package io.millrace.runtime.environment.process;

import io.vertx.core.Vertx;
import java.time.Duration;

/** One time limit at a time. Event loop only. */
final class Timer {
    private final Vertx vertx;
    private long id;
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
        vertx.cancelTimer(id);
    }
}
