package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** Waits for what the server accepted and has not done yet. */
final class Settling {
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Settling() {}

    /**
     * Blocks until no change of the function is under way.
     *
     * @throws CommandFailedException if it failed, or is not done within a minute
     */
    static void await(LambdaClient client, String function) {
        JsonNode last = Polling.every(
                PAUSE,
                PATIENCE,
                () -> LambdaClient.json(client.get(LambdaClient.function(function) + "/configuration")),
                Settling::isSettled);
        if (!isSettled(last)) {
            throw new CommandFailedException("function " + function + " is not ready after " + PATIENCE.toSeconds()
                    + " s: state " + state(last) + ", last update " + update(last));
        }
        if (state(last).equals("Failed")) {
            throw new CommandFailedException("function " + function + " could not be created: "
                    + last.path("StateReason").asText());
        }
        if (update(last).equals("Failed")) {
            throw new CommandFailedException("function " + function + " could not be updated: "
                    + last.path("LastUpdateStatusReason").asText());
        }
    }

    private static boolean isSettled(JsonNode configuration) {
        return !state(configuration).equals("Pending") && !update(configuration).equals("InProgress");
    }

    private static String state(JsonNode configuration) {
        return configuration.path("State").asText();
    }

    private static String update(JsonNode configuration) {
        return configuration.path("LastUpdateStatus").asText();
    }
}
