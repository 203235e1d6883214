package io.millrace.runtime.schedule;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;

/**
 * The one message that a live schedule has at the broker, which delivers it when it is due.
 *
 * @param id of the schedule
 * @param due what it is for; for the last token, when it was written
 * @param isLast whether nothing is due any more, and only that remains to be noted
 */
record Token(ScheduleKey key, String id, long revision, Instant due, boolean isLast) {
    static final String ID = "millrace_schedule_id";
    static final String REVISION = "millrace_schedule_revision";
    private static final String GROUP = "millrace_schedule_group";
    private static final String NAME = "millrace_schedule_name";
    private static final String DUE = "millrace_schedule_due";
    private static final String LAST = "millrace_schedule_last";
    private static final Symbol DELIVERY_TIME = Symbol.valueOf("x-opt-delivery-time");

    /** For {@code due}. */
    static Token of(Schedule schedule, Instant due) {
        return new Token(schedule.key(), schedule.id(), schedule.revision(), due, false);
    }

    static Token last(Schedule schedule, Instant now) {
        return new Token(schedule.key(), schedule.id(), schedule.revision(), now, true);
    }

    /** As a message to {@code queue}, delivered at {@code at} by the broker's clock. */
    Message message(String queue, Instant at) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(GROUP, key.group());
        properties.put(NAME, key.name());
        properties.put(ID, id);
        properties.put(REVISION, revision);
        properties.put(DUE, due.toEpochMilli());
        properties.put(LAST, isLast);
        Message message = scheduled(queue, at);
        message.setDurable(true);
        message.setApplicationProperties(new ApplicationProperties(properties));
        return message;
    }

    /** As the first of its revision. Whoever cannot know whether it arrived may send it again. */
    Message seed(String queue, Instant at) {
        Message message = message(queue, at);
        Map<String, Object> properties = new HashMap<>(EventMessages.properties(message));
        properties.put(EventProperties.DUPLICATE_ID, "seed/" + id + "/" + revision);
        message.setApplicationProperties(new ApplicationProperties(properties));
        return message;
    }

    /**
     * No token: it makes the broker look at its clock. The broker waits for a due time by counting down, so that after a
     * jump of the clock it would come too late; a message that is due at once has it deliver all that is due.
     */
    static Message nudge(String queue) {
        return scheduled(queue, Instant.ofEpochMilli(1));
    }

    private static Message scheduled(String queue, Instant at) {
        Message message = Message.Factory.create();
        message.setAddress(queue);
        Map<Symbol, Object> annotations = new HashMap<>();
        annotations.put(DELIVERY_TIME, at.toEpochMilli());
        message.setMessageAnnotations(new MessageAnnotations(annotations));
        return message;
    }

    /** Empty for what is no token. */
    static Optional<Token> read(Message message) {
        Map<String, Object> properties = EventMessages.properties(message);
        return properties.get(ID) instanceof String id
                        && properties.get(GROUP) instanceof String group
                        && properties.get(NAME) instanceof String name
                        && properties.get(REVISION) instanceof Number revision
                        && properties.get(DUE) instanceof Number due
                ? Optional.of(new Token(
                        new ScheduleKey(group, name),
                        id,
                        revision.longValue(),
                        Instant.ofEpochMilli(due.longValue()),
                        Boolean.TRUE.equals(properties.get(LAST))))
                : Optional.empty();
    }
}
