package io.millrace.broker.envelope;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;

/** Writes the cause of death onto a message; its body and the properties of its publisher stay as they were. */
public final class DeadLetterMessages {
    private static final int MESSAGE_LIMIT = 2_048;
    private static final int STACK_LIMIT = 8_192;

    private DeadLetterMessages() {}

    /** @param origin the address and queue it died in */
    public static Message of(Message event, Cause cause, String origin, String deadLetterAddress, long diedAt) {
        Message copy = copy(event);
        copy.setAddress(deadLetterAddress);
        copy.setDurable(true);
        Map<String, Object> properties = new HashMap<>(EventMessages.properties(event));
        Object earlierDeath = properties.get(EventProperties.DIED_AT);
        Object earlierRedrives = properties.get(EventProperties.REDRIVES);
        long redrives = earlierRedrives instanceof Number before ? before.longValue() : 0;
        properties.put(EventProperties.REDRIVES, earlierDeath == null ? 0L : redrives + 1);
        properties.put(EventProperties.CONDITION, cause.condition());
        properties.put(EventProperties.ERROR_TYPE, cut(cause.errorType(), MESSAGE_LIMIT));
        properties.put(EventProperties.ERROR_MESSAGE, cut(cause.errorMessage(), MESSAGE_LIMIT));
        properties.put(EventProperties.STACK_TRACE, cut(cause.stackTrace(), STACK_LIMIT));
        properties.put(EventProperties.FINGERPRINT, fingerprint(cause));
        properties.put(EventProperties.ATTEMPTS, cause.attempts());
        properties.put(EventProperties.FUNCTION, cause.function());
        properties.put(EventProperties.FUNCTION_VERSION, cause.version());
        properties.put(EventProperties.REQUEST_ID, cause.requestId());
        properties.put(EventProperties.DIED_AT, diedAt);
        properties.put(EventProperties.ORIGIN_ADDRESS, origin);
        properties.put(EventProperties.ORIGIN_QUEUE, origin);
        properties.remove(EventProperties.DUPLICATE_ID);
        copy.setApplicationProperties(new ApplicationProperties(properties));
        Map<Symbol, Object> annotations = new HashMap<>();
        if (event.getMessageAnnotations() != null) {
            annotations.putAll(event.getMessageAnnotations().getValue());
        }
        annotations.put(Symbol.valueOf("x-opt-ORIG-ADDRESS"), origin);
        annotations.put(Symbol.valueOf("x-opt-ORIG-QUEUE"), origin);
        annotations.remove(Symbol.valueOf("x-opt-routing-type"));
        // Left by the redrive before this death; with it, tools would take the broker for the author of this one.
        annotations.remove(Symbol.valueOf("x-opt-ORIG-MESSAGE-ID"));
        annotations.remove(Symbol.valueOf("x-opt-ORIG-ROUTING-TYPE"));
        copy.setMessageAnnotations(new MessageAnnotations(annotations));
        return copy;
    }

    /** A copy of what the publisher wrote, without its properties and annotations; body and footer are shared. */
    // A receiver's message must not be changed, so the rest is taken over by hand.
    public static Message copy(Message event) {
        Message copy = Message.Factory.create();
        copy.setPriority(event.getPriority());
        copy.setMessageId(event.getMessageId());
        copy.setUserId(event.getUserId());
        copy.setSubject(event.getSubject());
        copy.setReplyTo(event.getReplyTo());
        copy.setCorrelationId(event.getCorrelationId());
        copy.setContentType(event.getContentType());
        copy.setContentEncoding(event.getContentEncoding());
        if (event.getCreationTime() > 0) {
            copy.setCreationTime(event.getCreationTime());
        }
        copy.setGroupId(event.getGroupId());
        if (event.getGroupId() != null) {
            copy.setGroupSequence(event.getGroupSequence());
        }
        copy.setReplyToGroupId(event.getReplyToGroupId());
        copy.setBody(event.getBody());
        copy.setFooter(event.getFooter());
        return copy;
    }

    private static String cut(String text, int limit) {
        String cut = text.length() <= limit ? text : text.substring(0, limit - 1) + "…";
        // Half a surrogate pair, the cut's or the handler's own, is no UTF-8; this replaces it.
        return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** By which failures are grouped: error type, topmost frame and version. 16 hex digits. */
    static String fingerprint(Cause cause) {
        String firstFrame = cause.stackTrace()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("at "))
                .findFirst()
                .orElse("");
        String identity = cause.errorType() + "\n" + firstFrame + "\n" + cause.version();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    /**
     * Why an event was given up.
     *
     * @param attempts started since it was published or redriven
     */
    public record Cause(
            String condition,
            String errorType,
            String errorMessage,
            String stackTrace,
            int attempts,
            String function,
            String version,
            String requestId) {}
}
