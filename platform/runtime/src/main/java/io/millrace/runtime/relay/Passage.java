package io.millrace.runtime.relay;

import java.util.Map;
import java.util.Optional;

/** What becomes of a message at a relay. */
public sealed interface Passage {
    /** Whoever subscribed does not want it. */
    Passage UNWANTED = new Unwanted();

    /**
     * It goes on like this.
     *
     * @param body UTF-8
     * @param contentType such as {@code application/json}
     * @param properties of the message; values of AMQP's types
     */
    @SuppressWarnings("ArrayRecordComponent") // Written once, never compared.
    record Wanted(byte[] body, String contentType, Optional<String> subject, Map<String, Object> properties)
            implements Passage {
        /** JSON without properties. */
        public static Wanted json(byte[] body) {
            return new Wanted(body, "application/json", Optional.empty(), Map.of());
        }
    }

    /** It is dropped. */
    record Unwanted() implements Passage {}

    /**
     * It cannot be made into what the target takes, now or later, and is given up.
     *
     * @param original what the dead letter shows
     * @param code as EventBridge writes it on dead letters
     */
    record Unusable(Wanted original, String code, String reason) implements Passage {}
}
