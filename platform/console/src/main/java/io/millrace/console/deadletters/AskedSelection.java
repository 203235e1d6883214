package io.millrace.console.deadletters;

import com.fasterxml.jackson.core.JsonPointer;
import io.millrace.deadletter.Selection;
import io.millrace.runtime.door.DoorRefusedException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which dead letters a request means, by the names that the command line has for them. */
final class AskedSelection {
    private static final int MOST_IDS = 1_000;
    private static final Set<String> KNOWN = Set.of(
            "ids",
            "error",
            "where",
            "since",
            "until",
            "function",
            "version",
            "headers",
            "json",
            "bodyContains",
            "group");

    private AskedSelection() {}

    static Selection of(Asked request) {
        Asked asked = request.object("selection", KNOWN);
        return new Selection(
                Set.copyOf(asked.list("ids", MOST_IDS)),
                asked.optionalText("error"),
                asked.optionalText("where"),
                new Selection.Period(time(asked, "since"), time(asked, "until")),
                asked.optionalText("function"),
                asked.optionalText("version"),
                asked.map("headers"),
                pointers(asked.map("json")),
                asked.optionalText("bodyContains"),
                asked.optionalText("group"));
    }

    private static Optional<Instant> time(Asked asked, String name) {
        return asked.optionalText(name).map(text -> {
            try {
                return Instant.parse(text);
            } catch (DateTimeException wrong) {
                throw DoorRefusedException.invalid(
                        name + " is '" + text + "', expected a time such as 2026-11-21T09:30:00Z");
            }
        });
    }

    private static Map<String, String> pointers(Map<String, String> json) {
        for (String pointer : json.keySet()) {
            try {
                JsonPointer.compile(pointer);
            } catch (IllegalArgumentException wrong) {
                throw DoorRefusedException.invalid(
                        "json has '" + pointer + "', expected JSON pointers such as /order/id");
            }
        }
        return json;
    }
}
