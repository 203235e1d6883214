package io.millrace.runtime.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.door.DoorRefusedException;
import io.millrace.runtime.pattern.EventPattern;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;

/** Reads what somebody wants to have replayed; what is not as it should be is refused with its name and value. */
final class AskedReplay {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> KNOWN = Set.of("from", "to", "into", "pattern", "withoutKeys", "dryRun");

    private final ObjectNode body;

    private AskedReplay(ObjectNode body) {
        this.body = body;
    }

    /** @param now where the range ends at the latest */
    static ReplayOrder read(String function, byte[] bytes, Instant now) {
        if (!FunctionName.PATTERN.matcher(function).matches()) {
            throw DoorRefusedException.invalid(
                    "function name is '" + function + "', expected a name without version and without ARN");
        }
        AskedReplay asked = new AskedReplay(object(bytes));
        asked.requireKnown();
        Instant from = asked.time("from")
                .orElseThrow(() ->
                        DoorRefusedException.invalid("from is missing, expected a time such as 2026-11-22T14:00:00Z"));
        Instant to = asked.time("to").filter(given -> given.isBefore(now)).orElse(now);
        if (!from.isBefore(to)) {
            throw DoorRefusedException.invalid(
                    "from is " + from + " and to is " + to + ", expected a range that begins before it ends");
        }
        String pattern = asked.pattern();
        return new ReplayOrder(
                new FunctionName(function),
                asked.text("into").orElse(""),
                from,
                to,
                pattern,
                asked.yes("withoutKeys"),
                asked.yes("dryRun"));
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
        return DoorRefusedException.invalid("the body is no JSON object, expected one with from, and " + KNOWN);
    }

    private void requireKnown() {
        body.fieldNames().forEachRemaining(name -> {
            if (!KNOWN.contains(name)) {
                throw DoorRefusedException.invalid("member '" + name + "' is not known, expected some of " + KNOWN);
            }
        });
    }

    private Optional<String> text(String name) {
        JsonNode value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw DoorRefusedException.invalid(name + " is " + value + ", expected text");
        }
        return Optional.of(value.asText());
    }

    private boolean yes(String name) {
        JsonNode value = body.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw DoorRefusedException.invalid(name + " is " + value + ", expected true or false");
        }
        return value.asBoolean();
    }

    private Optional<Instant> time(String name) {
        return text(name).map(text -> {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException malformed) {
                throw DoorRefusedException.invalid(
                        name + " is '" + text + "', expected a time such as 2026-11-22T14:00:00Z");
            }
        });
    }

    private String pattern() {
        String pattern = text("pattern").orElse("");
        Optional<String> complaint = pattern.isEmpty() ? Optional.empty() : EventPattern.complaint(pattern);
        if (complaint.isPresent()) {
            throw DoorRefusedException.invalid(
                    "pattern is '" + pattern + "', expected a valid one: " + complaint.get());
        }
        return pattern;
    }
}
