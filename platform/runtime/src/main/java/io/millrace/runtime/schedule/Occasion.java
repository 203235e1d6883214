package io.millrace.runtime.schedule;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.config.IdentitySettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;

/**
 * One due time of one schedule, and what is sent because of it.
 *
 * @param attempt of the delivery, from 1
 */
record Occasion(Schedule schedule, Instant due, int attempt, IdentitySettings identity) {

    /** The same at each attempt; of the event for a function it is the request id. */
    String executionId() {
        return schedule.executionId(due);
    }

    private ScheduleTarget target() {
        return schedule.settings().target();
    }

    /** Empty where the target is a queue. */
    Optional<FunctionArn> function() {
        return target().arn().startsWith("arn:aws:lambda:")
                ? FunctionArn.parse(target().arn(), identity.region(), identity.account())
                : Optional.empty();
    }

    /** @param maximumAge of the event */
    Message event(FunctionArn function, Duration maximumAge) {
        Map<String, String> properties = once();
        function.qualifier().ifPresent(qualifier -> properties.put(EventProperties.QUALIFIER, qualifier));
        Message message = EventMessages.durable(executionId(), payload(), properties, maximumAge);
        message.setAddress(Topology.invokeAddress(function.function()));
        return message;
    }

    Message queueMessage() {
        Message message = EventMessages.durable(executionId(), payload(), once(), null);
        message.setAddress(queue(target().arn()));
        target().messageGroup().ifPresent(message::setGroupId);
        return message;
    }

    /** So that the broker refuses a second one for the same due time, whichever token it comes from. */
    private Map<String, String> once() {
        Map<String, String> properties = new HashMap<>();
        properties.put(EventProperties.DUPLICATE_ID, "sched/" + schedule.id() + "/" + due.toEpochMilli());
        return properties;
    }

    /**
     * What the dead-letter queue gets, as EventBridge Scheduler writes it; empty if there is none.
     *
     * @param condition which limit was reached; empty where it was no use to try again
     */
    Optional<Message> deadLetter(String errorCode, String errorMessage, String condition) {
        return target().deadLetterArn().map(arn -> {
            Map<String, String> attributes = new HashMap<>();
            attributes.put("ERROR_CODE", errorCode);
            attributes.put("ERROR_MESSAGE", errorMessage);
            attributes.put("EXECUTION_ID", executionId());
            attributes.put("IS_PAYLOAD_TRUNCATED", "false");
            attributes.put("RETRY_ATTEMPTS", Integer.toString(attempt - 1));
            attributes.put("SCHEDULED_TIME", time());
            attributes.put("SCHEDULE_ARN", ScheduleArns.of(identity, schedule.key()));
            attributes.put("TARGET_ARN", target().arn());
            if (!condition.isEmpty()) {
                attributes.put("EXHAUSTED_RETRY_CONDITION", condition);
            }
            Message message = EventMessages.durable(executionId(), payload(), attributes, null);
            message.setAddress(queue(arn));
            return message;
        });
    }

    private static String queue(String arn) {
        return ScheduleArns.queue(arn)
                .orElseThrow(() -> new IllegalStateException("ARN '" + arn + "' is stored, expected one of a queue"));
    }

    private byte[] payload() {
        return target().input().map(this::filledIn).orElseGet(this::usual).getBytes(StandardCharsets.UTF_8);
    }

    /** The context attributes of EventBridge Scheduler's user guide, "Adding context attributes". */
    private String filledIn(String input) {
        if (!input.contains("<aws.scheduler.")) {
            return input;
        }
        return input.replace("<aws.scheduler.schedule-arn>", ScheduleArns.of(identity, schedule.key()))
                .replace("<aws.scheduler.scheduled-time>", time())
                .replace("<aws.scheduler.execution-id>", executionId())
                .replace("<aws.scheduler.attempt-number>", Integer.toString(attempt));
    }

    /** What EventBridge Scheduler sends where there is no input. */
    private String usual() {
        ObjectNode event = JsonNodeFactory.instance
                .objectNode()
                .put("version", "0")
                .put("id", executionId())
                .put("detail-type", "Scheduled Event")
                .put("source", "aws.scheduler")
                .put("account", identity.account())
                .put("time", time())
                .put("region", identity.region());
        event.putArray("resources").add(ScheduleArns.of(identity, schedule.key()));
        return event.put("detail", "{}").toString();
    }

    private String time() {
        return due.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
