package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a mapping makes batches; the server has the defaults. */
final class MappingOptions {
    @Option(names = "--batch-size", paramLabel = "N", description = "Messages in one invocation at most.")
    private @Nullable Integer batchSize;

    @Option(
            names = "--window",
            paramLabel = "SECONDS",
            description = "Wait so long for a full batch; needed for more than 10 messages.")
    private @Nullable Integer window;

    @Option(names = "--concurrency", paramLabel = "N", description = "Batches that run at the same time, 2 to 1000.")
    private @Nullable Integer concurrency;

    @Option(
            names = "--report-item-failures",
            negatable = true,
            description = "Whether the function's answer names the messages that failed.")
    private @Nullable Boolean reportsItemFailures;

    @Option(
            names = "--filter",
            paramLabel = "PATTERN",
            description = "Hand over what matches this event pattern, and drop the rest; may be repeated.")
    private @Nullable List<String> filters;

    void put(ObjectNode request) {
        if (batchSize != null) {
            request.put("BatchSize", batchSize);
        }
        if (window != null) {
            request.put("MaximumBatchingWindowInSeconds", window);
        }
        if (concurrency != null) {
            request.putObject("ScalingConfig").put("MaximumConcurrency", concurrency);
        }
        if (reportsItemFailures != null) {
            ArrayNode types = request.putArray("FunctionResponseTypes");
            if (reportsItemFailures) {
                types.add("ReportBatchItemFailures");
            }
        }
        if (filters != null) {
            ArrayNode list = request.putObject("FilterCriteria").putArray("Filters");
            filters.forEach(pattern -> list.addObject().put("Pattern", pattern));
        }
    }
}
