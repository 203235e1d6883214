package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;

/** A function or version, for a person. */
final class FunctionView {
    private static final String LINE = "%-14s %s%n";
    private static final List<String> MEMBERS = List.of(
            "FunctionName",
            "FunctionArn",
            "Version",
            "Description",
            "Handler",
            "Runtime",
            "Timeout",
            "MemorySize",
            "CodeSize",
            "CodeSha256",
            "LastModified",
            "State");

    private FunctionView() {}

    /** @param function as GetFunction answers */
    static void print(JsonNode function, PrintWriter out) {
        JsonNode configuration = function.path("Configuration");
        for (String member : MEMBERS) {
            out.printf(LINE, member, configuration.path(member).asText());
        }
        out.printf(
                LINE,
                "Storage",
                configuration.path("EphemeralStorage").path("Size").asText());
        JsonNode reserved = function.path("Concurrency").path("ReservedConcurrentExecutions");
        out.printf(LINE, "Reserved", reserved.asText("none"));
        configuration
                .path("Layers")
                .forEach(layer -> out.printf(LINE, "Layer", layer.path("Arn").asText()));
        configuration
                .path("Environment")
                .path("Variables")
                .properties()
                .forEach(each -> out.printf(
                        LINE,
                        "Environment",
                        each.getKey() + "=" + each.getValue().asText()));
        out.flush();
    }
}
