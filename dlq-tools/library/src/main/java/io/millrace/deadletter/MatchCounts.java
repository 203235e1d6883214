package io.millrace.deadletter;

import io.vertx.core.Future;
import java.util.Map;

/** How many dead letters of a queue a selection means, for who plans a job and has them counted already. */
public interface MatchCounts {
    /** All of them. */
    Future<Long> all();

    /** By the queue each died in; under the empty name where nobody wrote that down. */
    Future<Map<String, Long>> byOrigin();
}
