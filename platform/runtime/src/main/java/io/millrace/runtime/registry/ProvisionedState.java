package io.millrace.runtime.registry;

import java.util.Optional;

/**
 * How far the allocation of provisioned concurrency has come (lambda-semantics 4.2).
 *
 * @param requested environments wanted
 * @param allocated environments that exist, initialised or about to be
 * @param available environments that are initialised, idle or in use
 * @param statusReason why it failed
 */
public record ProvisionedState(
        int requested, int allocated, int available, Status status, Optional<String> statusReason) {

    /** Spelt as on the wire. */
    public enum Status {
        IN_PROGRESS,
        READY,
        FAILED
    }
}
