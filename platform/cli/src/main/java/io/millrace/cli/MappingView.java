package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** What commands show of a mapping. */
final class MappingView {
    private static final int QUEUE = 5;
    private static final int FUNCTION = 6;

    private MappingView() {}

    /** The queue's name, without the ARN around it. */
    static String queue(JsonNode mapping) {
        return behind(mapping.path("EventSourceArn").asText(), QUEUE);
    }

    /** Name or name:qualifier. */
    static String function(JsonNode mapping) {
        return behind(mapping.path("FunctionArn").asText(), FUNCTION);
    }

    private static String behind(String arn, int colons) {
        String[] parts = arn.split(":", colons + 1);
        return parts[parts.length - 1];
    }

    static String line(JsonNode mapping) {
        return queue(mapping) + " to " + function(mapping) + ", "
                + mapping.path("UUID").asText();
    }
}
