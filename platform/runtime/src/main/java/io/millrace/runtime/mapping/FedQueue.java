package io.millrace.runtime.mapping;

import io.vertx.core.Future;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A queue of the broker that feeds a function for one mapping.
 *
 * @param policy as the broker has it now
 * @param backlog messages in it; does not fail
 */
record FedQueue(
        EventSourceMapping mapping,
        BrokerQueue queue,
        SourceHealth health,
        Supplier<Future<QueuePolicy>> policy,
        Supplier<Future<OptionalLong>> backlog) {

    MappingCounts counts() {
        return health.counts();
    }
}
