package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What commands show of a mapping. */
final class MappingView {
    private static final int RESOURCE = 5;
    private static final int FUNCTION = 6;

    private MappingView() {}

    /** The queue's name, also of a broker as MQ names it, or what else stands at the end of the source's ARN; servers and topic, where there is none. */
    static String source(JsonNode mapping) {
        if (mapping.at("/Queues/0").isTextual()) {
            return mapping.at("/Queues/0").asText();
        }
        if (mapping.has("EventSourceArn")) {
            return behind(mapping.path("EventSourceArn").asText(), RESOURCE);
        }
        List<String> servers = new ArrayList<>();
        mapping.at("/SelfManagedEventSource/Endpoints/KAFKA_BOOTSTRAP_SERVERS")
                .forEach(server -> servers.add(server.asText()));
        return String.join(",", servers) + "/" + mapping.at("/Topics/0").asText();
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
        return source(mapping) + " to " + function(mapping) + ", "
                + mapping.path("UUID").asText();
    }
}
