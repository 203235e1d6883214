package io.millrace.runtime.mapping;

import io.vertx.core.Future;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A queue of the broker that feeds a function for one mapping.
 *
 * @param maximumAttempts after so many the broker makes a message a dead letter; 0 or less for never
 * @param backlog messages in it; does not fail
 */
record FedQueue(
        EventSourceMapping mapping,
        BrokerQueue queue,
        SourceHealth health,
        Supplier<Future<Integer>> maximumAttempts,
        Supplier<Future<OptionalLong>> backlog) {

    MappingCounts counts() {
        return health.counts();
    }
}
