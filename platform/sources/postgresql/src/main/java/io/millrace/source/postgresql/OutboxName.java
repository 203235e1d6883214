package io.millrace.source.postgresql;

import io.millrace.eventsource.SourceRefusedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an ARN of an outbox says.
 *
 * @param outbox safe to be written into SQL
 */
record OutboxName(String arn, String region, String outbox) {
    private static final Pattern SHAPE = Pattern.compile(
            "arn:aws[a-z-]*:postgresql:([a-z0-9-]*):(?:\\d{12})?:[A-Za-z0-9_.-]+/([a-z][a-z0-9_]{0,39})");

    /** @throws SourceRefusedException if it says something else */
    static OutboxName parse(String arn) {
        Matcher parts = SHAPE.matcher(arn);
        if (!parts.matches()) {
            throw new SourceRefusedException("The event source " + arn + " is no outbox,"
                    + " expected arn:aws:postgresql:<region>:<account>:<database>/<outbox>.");
        }
        return new OutboxName(arn, parts.group(1), parts.group(2));
    }

    String table() {
        return "millrace." + outbox;
    }

    /** The sequence that the numbers of changes come from. */
    String numbers() {
        return "millrace." + outbox + "_number";
    }

    /** What writers notify. */
    String channel() {
        return "\"millrace." + outbox + "\"";
    }
}
