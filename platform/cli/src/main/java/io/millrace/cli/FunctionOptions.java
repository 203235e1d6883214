package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be said of a function; whatever is not said is the server's default, or stays as it is. */
final class FunctionOptions {
    @Option(
            names = "--handler",
            paramLabel = "HANDLER",
            description = "com.example.Orders, com.example.Orders::handleRequest, or file.function")
    @Nullable
    String handler;

    @Option(
            names = "--runtime",
            paramLabel = "NAME",
            description = "java17, nodejs22.x, python3.12, provided.al2023 and others; java17 unless given with --jar.")
    @Nullable
    String runtime;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "Time one attempt may take, 1 to 900.")
    @Nullable
    Integer timeout;

    @Option(names = "--memory", paramLabel = "MB", description = "Its memory size, 128 to 10240.")
    @Nullable
    Integer memory;

    @Option(names = "--ephemeral-storage", paramLabel = "MB", description = "Size of its /tmp, 512 to 10240.")
    @Nullable
    Integer ephemeralStorage;

    @Option(
            names = "--layer",
            paramLabel = "ARN",
            description = "A layer version; may be given several times, in their order. Replaces all there were; '' for"
                    + " none.")
    @Nullable
    List<String> layers;

    @Option(
            names = "--env",
            paramLabel = "KEY=VALUE",
            description = "An environment variable; may be given several times. Replaces all there were.")
    @Nullable
    Map<String, String> environment;

    @Option(names = "--reserved", paramLabel = "N", description = "Permits of its own; 0 switches it off.")
    @Nullable
    Integer reserved;

    @Option(names = "--retries", paramLabel = "N", description = "Retries of an event after its first attempt, 0 to 2.")
    @Nullable
    Integer retries;

    @Option(names = "--max-age", paramLabel = "SECONDS", description = "Until an event is given up, 60 to 21600.")
    @Nullable
    Integer maximumAge;

    @Option(names = "--on-success", paramLabel = "ARN", description = "Where records of success go.")
    @Nullable
    String onSuccess;

    @Option(names = "--on-failure", paramLabel = "ARN", description = "Where records of failure go.")
    @Nullable
    String onFailure;

    /** Adds what was given of a function's configuration. */
    ObjectNode configure(ObjectNode configuration) {
        put(configuration, "Handler", handler);
        put(configuration, "Runtime", runtime);
        put(configuration, "Timeout", timeout);
        put(configuration, "MemorySize", memory);
        if (ephemeralStorage != null) {
            configuration.putObject("EphemeralStorage").put("Size", ephemeralStorage);
        }
        if (layers != null) {
            ArrayNode arns = configuration.putArray("Layers");
            layers.stream().filter(arn -> !arn.isEmpty()).forEach(arns::add);
        }
        if (environment != null) {
            ObjectNode variables = configuration.putObject("Environment").putObject("Variables");
            environment.forEach(variables::put);
        }
        return configuration;
    }

    /** What was given of how its events are treated. */
    ObjectNode eventInvokeConfig() {
        ObjectNode config = Json.object();
        put(config, "MaximumRetryAttempts", retries);
        put(config, "MaximumEventAgeInSeconds", maximumAge);
        if (onSuccess != null || onFailure != null) {
            ObjectNode destinations = config.putObject("DestinationConfig");
            put(
                    destinations,
                    "OnSuccess",
                    onSuccess == null ? null : Json.object().put("Destination", onSuccess));
            put(
                    destinations,
                    "OnFailure",
                    onFailure == null ? null : Json.object().put("Destination", onFailure));
        }
        return config;
    }

    /** Sends what is not part of the function itself, as far as it was given. */
    void applyRest(LambdaClient client, String name) {
        if (reserved != null) {
            client.send(
                    "PUT", LambdaClient.concurrency(name), Json.object().put("ReservedConcurrentExecutions", reserved));
        }
        ObjectNode config = eventInvokeConfig();
        if (!config.isEmpty()) {
            String page = LambdaClient.eventInvokeConfig(name);
            // POST changes what is there, PUT makes it, and forgets what it is not told.
            client.send(client.exists(page) ? "POST" : "PUT", page, config);
        }
    }

    private static void put(ObjectNode object, String member, @Nullable Object value) {
        if (value != null) {
            object.putPOJO(member, value);
        }
    }
}
