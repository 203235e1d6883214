package io.millrace.runtime.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.door.DoorRefusedException;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/**
 * What somebody wants a shadow to be; what is not as it should be is refused with its name and value.
 *
 * @param of empty where nothing is said
 */
record AskedShadow(String to, String of, double share) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> KNOWN = new TreeSet<>(Set.of("to", "of", "share"));

    static AskedShadow read(byte[] bytes) {
        ObjectNode body = object(bytes);
        body.fieldNames().forEachRemaining(name -> {
            if (!KNOWN.contains(name)) {
                throw DoorRefusedException.invalid("member '" + name + "' is not known, expected some of " + KNOWN);
            }
        });
        String to = text(body, "to");
        if (to.isEmpty()) {
            throw DoorRefusedException.invalid("to is missing, expected the version or alias that runs the copies");
        }
        return new AskedShadow(to, text(body, "of"), share(body.path("share")));
    }

    private static ObjectNode object(byte[] bytes) {
        try {
            if (JSON.readTree(bytes) instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException noJson) {
            throw noObject();
        }
        throw noObject();
    }

    private static DoorRefusedException noObject() {
        return DoorRefusedException.invalid("the body is no JSON object, expected one with some of " + KNOWN);
    }

    private static String text(ObjectNode body, String name) {
        JsonNode value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isTextual()) {
            throw DoorRefusedException.invalid(name + " is " + value + ", expected text");
        }
        return value.asText();
    }

    private static double share(JsonNode value) {
        double share = value.asDouble();
        if (!value.isNumber() || !(share > 0 && share <= 1)) {
            throw DoorRefusedException.invalid("share is " + (value.isMissingNode() ? "missing" : value)
                    + ", expected a number above 0 and up to 1, such as 0.1");
        }
        return share;
    }
}
