package io.millrace.core.invocation;

import java.util.Optional;

/** What the caller of an invocation waits for (lambda-semantics 1.2). */
public enum InvocationType {
    /** The result of the function. */
    REQUEST_RESPONSE("RequestResponse"),
    /** Only that the event is on disk. */
    EVENT("Event"),
    /** Only whether it would be accepted; nothing runs. */
    DRY_RUN("DryRun");

    private final String wireName;

    InvocationType(String wireName) {
        this.wireName = wireName;
    }

    /** As it stands in the header {@code X-Amz-Invocation-Type}. */
    public String wireName() {
        return wireName;
    }

    public static Optional<InvocationType> parse(String wireName) {
        for (InvocationType type : values()) {
            if (type.wireName.equals(wireName)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
