package io.millrace.examples.webhooks;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One webhook as GitHub sends it.
 *
 * @param event value of the header {@code X-GitHub-Event}, such as {@code pull_request}
 * @param payload the JSON body
 */
public record Webhook(String event, Map<String, @Nullable Object> payload) {
    public Webhook {
        Objects.requireNonNull(event, "event of the webhook is missing");
        Objects.requireNonNull(payload, () -> "payload of the webhook '" + event + "' is missing");
    }

    /** @throws MissingFieldException when the payload holds no text or number at this path */
    String text(String path) {
        Object value = at(path);
        if (value instanceof String || value instanceof Number) {
            return value.toString();
        }
        throw new MissingFieldException(event, path);
    }

    /** As {@link #text}, but GitHub leaves this one out, or null, in the ordinary course. */
    String textOr(String otherwise, String path) {
        return at(path) == null ? otherwise : text(path);
    }

    boolean flag(String path) {
        return Boolean.TRUE.equals(at(path));
    }

    private @Nullable Object at(String path) {
        Object value = payload;
        for (String name : path.split("\\.", -1)) {
            value = value instanceof Map<?, ?> object ? object.get(name) : null;
        }
        return value;
    }
}
