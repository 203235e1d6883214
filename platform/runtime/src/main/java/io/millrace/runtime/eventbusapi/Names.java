package io.millrace.runtime.eventbusapi;

import io.millrace.runtime.eventbus.BusArns;
import io.millrace.runtime.eventbus.EventBus;
import io.millrace.runtime.pattern.EventPattern;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads names and patterns, or refuses them. */
final class Names {
    static final Pattern BUS = Pattern.compile("[.\\-_A-Za-z0-9]{1,256}");
    static final Pattern SHORT = Pattern.compile("[.\\-_A-Za-z0-9]{1,64}");
    static final Pattern ARCHIVE = Pattern.compile("[.\\-_A-Za-z0-9]{1,48}");
    private static final String EVENT_BUS_NAME = "EventBusName";
    private static final int LONGEST_PATTERN = 4_096;
    private static final int LONGEST_DESCRIPTION = 512;

    private Names() {}

    /** The bus that a request names or leaves to be the default one. */
    static String bus(Members members, BusArns arns) {
        return bus(members.text(EVENT_BUS_NAME), arns);
    }

    static String bus(Optional<String> nameOrArn, BusArns arns) {
        String given = nameOrArn.orElse(EventBus.DEFAULT);
        return arns.busOf(given)
                .filter(name -> BUS.matcher(name).matches())
                .orElseThrow(() -> Refusal.validation(
                        "EventBusName is '" + given + "', expected a name, or an ARN such as " + arns.bus("orders")));
    }

    /** @throws Refusal unless the member is there and of that shape */
    static String name(Members members, String member, Pattern shape) {
        return requireShape(members.required(member), member, shape);
    }

    static String requireShape(String name, String member, Pattern shape) {
        if (!shape.matcher(name).matches()) {
            throw Refusal.validation("1 validation error detected: Value '" + name + "' at '"
                    + Character.toLowerCase(member.charAt(0)) + member.substring(1)
                    + "' failed to satisfy constraint: Member must satisfy regular expression pattern: " + shape);
        }
        return name;
    }

    /** A valid pattern. */
    static String pattern(String pattern) {
        if (pattern.length() > LONGEST_PATTERN) {
            throw Refusal.pattern("it has " + pattern.length() + " characters, expected at most " + LONGEST_PATTERN);
        }
        EventPattern.complaint(pattern).ifPresent(complaint -> {
            throw Refusal.pattern(complaint);
        });
        return pattern;
    }

    static String description(Members members) {
        String description = members.text("Description").orElse("");
        if (description.length() > LONGEST_DESCRIPTION) {
            throw Refusal.validation(
                    "Description has " + description.length() + " characters, expected at most " + LONGEST_DESCRIPTION);
        }
        return description;
    }
}
