package io.millrace.runtime.registry;

import java.time.Instant;

/**
 * A snapshot of code and configuration under a number (lambda-semantics 6.3). Immutable; its revision is new when its policy changes.
 *
 * @param number from 1, never given twice for one function name, also after the function was deleted
 * @param configuration with the description it was published with
 * @param lastModified of the configuration it was made from
 * @param sourceDescription what {@code $LATEST} was described as; another description for the version alone does not
 *     make another version
 */
public record PublishedVersion(
        int number,
        FunctionConfiguration configuration,
        CodeReference code,
        String revisionId,
        Instant lastModified,
        String sourceDescription) {

    /** As callers name it. */
    public String qualifier() {
        return Integer.toString(number);
    }

    PublishedVersion withRevision(String newRevisionId) {
        return new PublishedVersion(number, configuration, code, newRevisionId, lastModified, sourceDescription);
    }

    /** Whether publishing {@code function} as it is now would make this same version again. */
    boolean isMadeFrom(RegisteredFunction function) {
        return function.code().filter(code::equals).isPresent()
                && configuration.withDescription(sourceDescription).equals(function.configuration());
    }
}
