package io.millrace.runtime.registry;

import java.time.Instant;

/**
 * A snapshot of code and configuration under a number (lambda-semantics 6.3). Immutable for ever.
 *
 * @param number from 1, never given twice for one function name, also after the function was deleted
 * @param configuration with the description it was published with
 * @param lastModified of the configuration it was made from
 */
public record PublishedVersion(
        int number, FunctionConfiguration configuration, CodeReference code, String revisionId, Instant lastModified) {}
