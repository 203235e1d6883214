package io.millrace.runtime.mapping;

import io.millrace.core.function.FunctionArn;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a caller can change of a mapping (lambda-semantics 3.2).
 *
 * @param function with the qualifier that it is fed under, if there is one
 * @param batchSize messages in one invocation at most, 1 to 10,000
 * @param window how long a batch is filled at most, whole seconds, 0 to 300; 0 takes what is there
 * @param maximumConcurrency batches that run at the same time at most, 2 to 1,000; empty leaves it to the poller
 * @param reportsItemFailures whether the function's answer names the messages that failed
 * @param filters patterns of which one must match for a message to be taken; empty takes all
 * @param stream what is said of partitioned sources only
 */
public record MappingSettings(
        FunctionArn function,
        int batchSize,
        Duration window,
        OptionalInt maximumConcurrency,
        boolean reportsItemFailures,
        List<String> filters,
        StreamSettings stream) {

    public MappingSettings {
        filters = List.copyOf(filters);
    }

    public MappingSettings withFunction(FunctionArn newFunction) {
        return new MappingSettings(
                newFunction, batchSize, window, maximumConcurrency, reportsItemFailures, filters, stream);
    }
}
