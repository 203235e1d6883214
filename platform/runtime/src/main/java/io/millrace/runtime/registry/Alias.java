package io.millrace.runtime.registry;

import java.util.Optional;

/**
 * A name that points to a version (lambda-semantics 6.4). Immutable: a change is a new record with a new revision.
 *
 * @param name 1 to 128 of letters, digits, - and _, not all digits
 * @param functionVersion {@code $LATEST} or a number
 * @param description may be empty
 * @param routing share of another version; empty when all invocations go to {@code functionVersion}
 */
public record Alias(
        String name, String functionVersion, String description, Optional<Routing> routing, String revisionId) {

    /**
     * @param additionalVersion a published version, other than the alias's own
     * @param weight share of invocations it gets, 0.0 to 1.0; each draws for itself
     */
    public record Routing(String additionalVersion, double weight) {
        public Routing {
            if (!(weight >= 0.0 && weight <= 1.0)) {
                throw new IllegalArgumentException("weight is " + weight + ", expected 0.0 to 1.0");
            }
        }
    }

    public Alias withRevision(String newRevisionId) {
        return new Alias(name, functionVersion, description, routing, newRevisionId);
    }

    /** Whether it sends invocations to that version, all or a share of them. */
    public boolean pointsTo(String version) {
        return functionVersion.equals(version)
                || routing.filter(other -> other.additionalVersion().equals(version))
                        .isPresent();
    }
}
