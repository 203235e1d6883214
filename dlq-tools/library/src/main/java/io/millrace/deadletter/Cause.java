package io.millrace.deadletter;

import java.time.Instant;

/**
 * Why an invocation was given up, as its worker wrote it down.
 *
 * @param condition RetriesExhausted, EventAgeExceeded or another word of the worker's
 * @param stackTrace empty if there was none
 * @param attempts started since the event was published or redriven
 * @param fingerprint the same for failures of the same error at the same place in the same version
 */
public record Cause(
        String condition,
        String errorType,
        String errorMessage,
        String stackTrace,
        long attempts,
        String function,
        String version,
        String fingerprint,
        Instant diedAt) {}
