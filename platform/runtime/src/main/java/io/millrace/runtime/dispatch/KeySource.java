package io.millrace.runtime.dispatch;

import com.fasterxml.jackson.core.JsonPointer;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.core.invocation.Invocation;
import io.millrace.idempotency.ClaimRequest;
import io.millrace.idempotency.Digest;
import io.millrace.runtime.idempotency.JsonKeys;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;

/** Where the idempotency key of an invocation comes from. */
public sealed interface KeySource {
    /** Variable of a function, with the JSON pointer to the key in its events; so every client can set it. */
    String VARIABLE = "MILLRACE_IDEMPOTENCY_KEY";

    /** The same for each record of the batches of event source mappings. */
    String ITEM_VARIABLE = "MILLRACE_IDEMPOTENCY_ITEM_KEY";

    /** With {@link #VARIABLE}: whether what has no key there is refused; else it runs without one. */
    String REQUIRED_VARIABLE = "MILLRACE_IDEMPOTENCY_KEY_REQUIRED";

    /** The caller named it: with another payload it is refused. */
    record Given(String key) implements KeySource {}

    /**
     * It is a part of the payload; two with the same key are the same, whatever else they hold.
     *
     * @param isRequired whether a payload without it may not run
     */
    record Picked(JsonPointer pointer, boolean isRequired) implements KeySource {}

    /** As {@link #of}, for a call: one with a batch has no key, its records have theirs. */
    static Optional<KeySource> ofCall(Message call, DeployedVersion version) {
        return EventMessages.properties(call).containsKey(EventProperties.BATCH) ? Optional.empty() : of(call, version);
    }

    /** Empty for one that has no key: it pays two looks at maps, and no more. */
    static Optional<KeySource> of(Message message, DeployedVersion version) {
        Map<String, Object> properties = EventMessages.properties(message);
        if (!properties.isEmpty()) {
            Object given = properties.get(EventProperties.IDEMPOTENCY_KEY);
            if (given != null && !given.toString().isEmpty()) {
                return Optional.of(new Given(given.toString()));
            }
        }
        Map<String, String> environment = version.definition().environment();
        String pointer = environment.get(VARIABLE);
        return pointer == null
                ? Optional.empty()
                : Optional.of(
                        new Picked(JsonPointer.compile(pointer), "true".equals(environment.get(REQUIRED_VARIABLE))));
    }

    /**
     * @param environment variables of a function
     * @throws IllegalArgumentException if one of its pointers is none, or a key is required that nothing points to
     */
    static void requireValid(Map<String, String> environment) {
        requirePointer(environment, VARIABLE, "/order/id");
        requirePointer(environment, ITEM_VARIABLE, "/body/order/id");
        String required = environment.get(REQUIRED_VARIABLE);
        if (required != null && !required.equals("true") && !required.equals("false")) {
            throw new IllegalArgumentException(
                    "environment variable " + REQUIRED_VARIABLE + " is '" + required + "', expected true or false");
        }
        if (required != null && !environment.containsKey(VARIABLE)) {
            throw new IllegalArgumentException(
                    "environment variable " + REQUIRED_VARIABLE + " is set, expected " + VARIABLE + " with it");
        }
    }

    private static void requirePointer(Map<String, String> environment, String variable, String example) {
        String pointer = environment.get(variable);
        // The empty pointer is valid, and means the whole payload; nobody would mean it by an empty text.
        if (pointer != null && !pointer.startsWith("/")) {
            throw new IllegalArgumentException("environment variable " + variable + " is '" + pointer
                    + "', expected a JSON pointer such as " + example);
        }
    }

    /**
     * What is to be claimed; empty where the payload has no key. May take milliseconds with a large payload.
     *
     * @param lease after which a lost invocation's key is free
     */
    default Optional<ClaimRequest> request(Invocation invocation, Duration lease) {
        String scope = invocation.arn().function().value();
        if (this instanceof Given given) {
            return Optional.of(new ClaimRequest(
                    Digest.ofKey(scope, given.key()), Optional.of(Digest.ofPayload(invocation.payload())), lease));
        }
        return this instanceof Picked picked
                ? JsonKeys.find(invocation.payload(), picked.pointer())
                        .map(key -> new ClaimRequest(Digest.ofKey(scope, key), Optional.empty(), lease))
                : Optional.empty();
    }
}
