package io.millrace.runtime.registry;

import java.time.Instant;

/**
 * How many environments of a version are kept initialised (lambda-semantics 4.2).
 *
 * @param qualifier number of a published version, or an alias, which takes it along when it moves
 * @param requested environments, at least 1
 */
public record ProvisionedConcurrency(String qualifier, int requested, Instant lastModified) {}
