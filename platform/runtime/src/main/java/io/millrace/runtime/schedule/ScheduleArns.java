package io.millrace.runtime.schedule;

import io.millrace.runtime.config.IdentitySettings;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** ARNs of schedules and of what they are for. */
public final class ScheduleArns {
    private static final Pattern QUEUE = Pattern.compile("arn:aws:sqs:[^:]*:[^:]*:([^:]+)");

    private ScheduleArns() {}

    public static String of(IdentitySettings identity, ScheduleKey key) {
        return prefix(identity) + "schedule/" + key;
    }

    public static String ofGroup(IdentitySettings identity, String group) {
        return prefix(identity) + "schedule-group/" + group;
    }

    private static String prefix(IdentitySettings identity) {
        return "arn:aws:scheduler:" + identity.region() + ":" + identity.account() + ":";
    }

    /** The queue of the broker that an ARN names, if it names one. */
    public static Optional<String> queue(String arn) {
        Matcher matcher = QUEUE.matcher(arn);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
