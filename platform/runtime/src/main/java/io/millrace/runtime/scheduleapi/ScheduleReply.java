package io.millrace.runtime.scheduleapi;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.schedule.Schedule;
import io.millrace.runtime.schedule.ScheduleArns;
import io.millrace.runtime.schedule.ScheduleGroup;
import io.millrace.runtime.schedule.ScheduleSettings;
import io.millrace.runtime.schedule.ScheduleTarget;
import java.math.BigDecimal;
import java.time.Instant;

/** Schedules and groups as the protocol shows them. */
record ScheduleReply(IdentitySettings identity) {
    private static final int MILLIS = 3;

    ObjectNode arn(Schedule schedule) {
        return object().put("ScheduleArn", ScheduleArns.of(identity, schedule.key()));
    }

    ObjectNode summary(Schedule schedule) {
        ObjectNode body = head(schedule);
        body.putObject("Target").put("Arn", schedule.settings().target().arn());
        return body;
    }

    ObjectNode whole(Schedule schedule) {
        ScheduleSettings settings = schedule.settings();
        ObjectNode body = head(schedule)
                .put("ActionAfterCompletion", settings.deleteWhenDone() ? "DELETE" : "NONE")
                .put("ScheduleExpression", settings.expression())
                .put("ScheduleExpressionTimezone", settings.timeZone());
        settings.description().ifPresent(text -> body.put("Description", text));
        settings.start().ifPresent(start -> body.put("StartDate", seconds(start)));
        settings.end().ifPresent(end -> body.put("EndDate", seconds(end)));
        ObjectNode window = body.putObject("FlexibleTimeWindow")
                .put("Mode", settings.window().isZero() ? "OFF" : "FLEXIBLE");
        if (!settings.window().isZero()) {
            window.put("MaximumWindowInMinutes", settings.window().toMinutes());
        }
        body.set("Target", target(settings.target()));
        return body;
    }

    private ObjectNode head(Schedule schedule) {
        return object().put("Arn", ScheduleArns.of(identity, schedule.key()))
                .put("CreationDate", seconds(schedule.created()))
                .put("GroupName", schedule.key().group())
                .put("LastModificationDate", seconds(schedule.modified()))
                .put("Name", schedule.key().name())
                .put("State", schedule.settings().enabled() ? "ENABLED" : "DISABLED");
    }

    private static ObjectNode target(ScheduleTarget target) {
        ObjectNode body = object().put("Arn", target.arn()).put("RoleArn", target.roleArn());
        target.input().ifPresent(input -> body.put("Input", input));
        target.messageGroup().ifPresent(group -> body.putObject("SqsParameters").put("MessageGroupId", group));
        target.deadLetterArn()
                .ifPresent(arn -> body.putObject("DeadLetterConfig").put("Arn", arn));
        body.putObject("RetryPolicy")
                .put("MaximumEventAgeInSeconds", target.maximumAge().toSeconds())
                .put("MaximumRetryAttempts", target.maximumRetries());
        return body;
    }

    ObjectNode group(ScheduleGroup group) {
        return object().put("Arn", ScheduleArns.ofGroup(identity, group.name()))
                .put("CreationDate", seconds(group.created()))
                .put("LastModificationDate", seconds(group.created()))
                .put("Name", group.name())
                .put("State", "ACTIVE");
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Since 1970, with milliseconds. */
    private static BigDecimal seconds(Instant instant) {
        return BigDecimal.valueOf(instant.toEpochMilli(), MILLIS);
    }
}
