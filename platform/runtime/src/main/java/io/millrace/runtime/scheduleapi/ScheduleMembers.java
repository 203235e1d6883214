package io.millrace.runtime.scheduleapi;

import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.schedule.ScheduleKey;
import io.millrace.runtime.schedule.ScheduleSettings;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** The settings of a request that creates or updates a schedule. */
final class ScheduleMembers {
    private static final Set<String> KNOWN = Set.of(
            "Name",
            "ActionAfterCompletion",
            "ClientToken",
            "Description",
            "EndDate",
            "FlexibleTimeWindow",
            "GroupName",
            "ScheduleExpression",
            "ScheduleExpressionTimezone",
            "StartDate",
            "State",
            "Target");
    private static final int LONGEST_EXPRESSION = 256;
    private static final int LONGEST_DESCRIPTION = 512;
    private static final int LONGEST_WINDOW = 1440;
    private static final Duration PAST = Duration.ofMinutes(5);

    private final TargetMembers targets;
    private final InstantSource clock;

    ScheduleMembers(IdentitySettings identity, InstantSource clock) {
        this.targets = new TargetMembers(identity);
        this.clock = clock;
    }

    /** The group of the members, or the default one. */
    static String group(Members members) {
        return members.text("GroupName")
                .map(group -> Names.checked("groupName", group))
                .orElse(ScheduleKey.DEFAULT_GROUP);
    }

    ScheduleSettings read(Members members, HttpMethod method) {
        members.only("", KNOWN);
        String expression = members.text("ScheduleExpression").orElseThrow(() -> Refusal.missing("scheduleExpression"));
        requireLength(expression, "scheduleExpression", LONGEST_EXPRESSION);
        Optional<String> description = members.text("Description");
        description.ifPresent(text -> requireLength(text, "description", LONGEST_DESCRIPTION));
        Optional<Instant> start = members.instant("StartDate");
        Optional<Instant> end = members.instant("EndDate");
        if (method.equals(HttpMethod.POST)) {
            requireRecent("StartDate", start);
        }
        requireRecent("EndDate", end);
        if (start.isPresent() && end.isPresent() && !start.get().isBefore(end.get())) {
            throw Refusal.validation("The EndDate you specify must come after the StartDate.");
        }
        return new ScheduleSettings(
                expression,
                members.text("ScheduleExpressionTimezone").orElse("UTC"),
                start,
                end,
                oneOf(members, "State", "state", "ENABLED", "DISABLED").equals("ENABLED"),
                window(members.object("FlexibleTimeWindow").orElseThrow(() -> Refusal.missing("flexibleTimeWindow"))),
                oneOf(members, "ActionAfterCompletion", "actionAfterCompletion", "NONE", "DELETE")
                        .equals("DELETE"),
                description,
                targets.read(members.object("Target").orElseThrow(() -> Refusal.missing("target"))));
    }

    private static void requireLength(String text, String member, int longest) {
        if (text.length() > longest) {
            throw Refusal.constraint(
                    "'" + text + "'", member, "Member must have length less than or equal to " + longest);
        }
    }

    private void requireRecent(String member, Optional<Instant> time) {
        Instant earliest = clock.instant().minus(PAST);
        if (time.filter(earliest::isAfter).isPresent()) {
            throw Refusal.validation("The " + member + " you specify cannot be earlier than 5 minutes ago.");
        }
    }

    private static Duration window(Members window) {
        window.only("FlexibleTimeWindow.", Set.of("Mode", "MaximumWindowInMinutes"));
        if (window.text("Mode").isEmpty()) {
            throw Refusal.missing("flexibleTimeWindow.mode");
        }
        boolean isFlexible = oneOf(window, "Mode", "flexibleTimeWindow.mode", "OFF", "FLEXIBLE")
                .equals("FLEXIBLE");
        int minutes =
                window.integer("MaximumWindowInMinutes", 1, LONGEST_WINDOW).orElse(0);
        if (isFlexible != minutes > 0) {
            throw Refusal.validation(
                    isFlexible
                            ? "MaximumWindowInMinutes must be set if FlexibleTimeWindow mode is set to FLEXIBLE."
                            : "MaximumWindowInMinutes must not be set if FlexibleTimeWindow mode is set to OFF.");
        }
        return Duration.ofMinutes(minutes);
    }

    private static String oneOf(Members members, String member, String path, String usual, String other) {
        String value = members.text(member).orElse(usual);
        if (!value.equals(usual) && !value.equals(other)) {
            throw Refusal.constraint(
                    "'" + value + "'", path, "Member must satisfy enum value set: [" + usual + ", " + other + "]");
        }
        return value;
    }
}
