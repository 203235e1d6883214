package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a mapping makes batches and what becomes of those that fail; the server has the defaults. */
final class MappingOptions {
    @Option(names = "--batch-size", paramLabel = "N", description = "Messages in one invocation at most.")
    private @Nullable Integer batchSize;

    @Option(
            names = "--window",
            paramLabel = "SECONDS",
            description = "Wait so long for a full batch; needed for more than 10 messages of a queue.")
    private @Nullable Integer window;

    @Option(
            names = {"--concurrency", "--maximum-concurrency"},
            paramLabel = "N",
            description = "Batches of a queue that run at the same time, 2 to 1000.")
    private @Nullable Integer concurrency;

    @Option(
            names = "--parallelization",
            paramLabel = "N",
            description = "Batches of one shard of a stream that run at the same time, 1 to 10.")
    private @Nullable Integer parallelization;

    @Option(
            names = "--bisect",
            negatable = true,
            description = "Whether a batch of a stream that failed is split before it is tried again.")
    private @Nullable Boolean bisects;

    @Option(
            names = "--max-age",
            paramLabel = "SECONDS",
            description = "Give up records of a stream that are older, 60 to 604800; -1 never does.")
    private @Nullable Integer maximumAge;

    @Option(
            names = "--retries",
            paramLabel = "N",
            description = "Give up a batch of a stream after so many retries, 0 to 10000; -1 never does.")
    private @Nullable Integer retries;

    @Option(
            names = "--tumbling-window",
            paramLabel = "SECONDS",
            description = "Hand state from batch to batch of a stream within windows of this length, 0 to 900.")
    private @Nullable Integer tumblingWindow;

    @Option(
            names = "--on-failure",
            paramLabel = "ARN",
            description = "Where a record about a batch of a stream goes that was given up; empty for nowhere.")
    private @Nullable String onFailure;

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
        put(request, "BatchSize", batchSize);
        put(request, "MaximumBatchingWindowInSeconds", window);
        put(request, "ParallelizationFactor", parallelization);
        put(request, "MaximumRecordAgeInSeconds", maximumAge);
        put(request, "MaximumRetryAttempts", retries);
        put(request, "TumblingWindowInSeconds", tumblingWindow);
        if (concurrency != null) {
            request.putObject("ScalingConfig").put("MaximumConcurrency", concurrency);
        }
        if (bisects != null) {
            request.put("BisectBatchOnFunctionError", bisects);
        }
        if (onFailure != null) {
            request.putObject("DestinationConfig").putObject("OnFailure").put("Destination", onFailure);
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

    private static void put(ObjectNode request, String member, @Nullable Integer value) {
        if (value != null) {
            request.put(member, value);
        }
    }
}
