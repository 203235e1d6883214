package io.millrace.runtime.registry;

import java.util.Optional;

/**
 * How far the last change of a function has come (lambda-semantics 6.2).
 *
 * @param reason why it failed; empty otherwise
 * @param version that is published along and can be used with the end of the change
 */
public record FunctionState(Phase phase, String reason, Optional<Integer> version) {
    /** Nothing is under way. */
    public static final FunctionState ACTIVE = new FunctionState(Phase.ACTIVE, "", Optional.empty());

    /** The names are in the database. */
    public enum Phase {
        /** Created, and not to be used yet. */
        PENDING,
        ACTIVE,
        /** Could not be created. */
        FAILED,
        /** Runs as it was, until the change is done. */
        UPDATING,
        /** Runs as it was. */
        UPDATE_FAILED
    }

    static FunctionState pending(Optional<PublishedVersion> version) {
        return new FunctionState(Phase.PENDING, "", version.map(PublishedVersion::number));
    }

    static FunctionState updating(Optional<PublishedVersion> version) {
        return new FunctionState(Phase.UPDATING, "", version.map(PublishedVersion::number));
    }

    public static FunctionState failed(String reason) {
        return new FunctionState(Phase.FAILED, reason, Optional.empty());
    }

    public static FunctionState updateFailed(String reason) {
        return new FunctionState(Phase.UPDATE_FAILED, reason, Optional.empty());
    }

    /** Whether the function has run before, or can. */
    public boolean isDeployable() {
        return phase != Phase.PENDING && phase != Phase.FAILED;
    }

    /** Of {@code $LATEST}, in the word of the API. */
    public String latest() {
        return switch (phase) {
            case PENDING -> "Pending";
            case FAILED -> "Failed";
            case ACTIVE, UPDATING, UPDATE_FAILED -> "Active";
        };
    }

    /** Of a published version, in the word of the API. */
    public String of(PublishedVersion published) {
        boolean isComing =
                version.filter(number -> number == published.number()).isPresent();
        return isComing && phase == Phase.UPDATING ? "Pending" : latest();
    }
}
