package io.millrace;

import io.millrace.core.invocation.ThrottleReason;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The answer to a synchronous invocation, in the words of Lambda's Invoke (lambda-semantics 1.2).
 *
 * @param statusCode 200 if the function ran, also when it failed; 429 if it did not run for want of a permit
 * @param payload the result, or the error as JSON; empty when throttled
 * @param functionError {@code Unhandled} if the function failed
 * @param throttleReason why it did not run, with 429
 * @param executedVersion the version that ran
 * @param requestId the id the function saw, if it ran now
 * @param isReplayed whether it ran before, under the same idempotency key, and not now
 */
@SuppressWarnings("ArrayRecordComponent") // Handed to the caller, never compared.
public record InvokeResult(
        int statusCode,
        byte[] payload,
        Optional<String> functionError,
        Optional<ThrottleReason> throttleReason,
        String executedVersion,
        String requestId,
        boolean isReplayed) {

    /** The payload as text. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** Whether the function ran and did not fail. */
    public boolean isSuccess() {
        return statusCode == 200 && functionError.isEmpty();
    }
}
