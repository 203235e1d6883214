package io.millrace.testkit;

import io.millrace.deadletter.Cause;
import io.millrace.deadletter.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An event that was given up, as its dead letter tells it.
 *
 * @param condition RetriesExhausted, EventAgeExceeded, ZeroReservedConcurrency, RecursiveInvocation,
 *     IdempotencyKeyReused, IdempotencyKeyMissing or PayloadTooLarge
 * @param errorType of the last attempt, such as the class of the exception; empty if none ran
 * @param errorMessage of the last attempt; empty if none ran
 * @param attempts since the event was published or redriven
 * @param body as its publisher sent it
 * @param properties the publisher's and the platform's
 */
@SuppressWarnings("ArrayRecordComponent") // Handed to the test, never compared.
public record Failure(
        String requestId,
        String condition,
        String errorType,
        String errorMessage,
        long attempts,
        byte[] body,
        Map<String, Object> properties) {

    static Failure of(DeadLetter letter) {
        return new Failure(
                letter.id(),
                letter.cause().map(Cause::condition).orElse(""),
                letter.cause().map(Cause::errorType).orElse(""),
                letter.cause().map(Cause::errorMessage).orElse(""),
                letter.cause().map(Cause::attempts).orElse(0L),
                letter.body(),
                letter.properties());
    }

    /** The body as text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return condition + " after " + attempts + " attempts, " + errorType + ": " + errorMessage;
    }
}
