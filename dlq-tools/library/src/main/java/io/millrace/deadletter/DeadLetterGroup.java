package io.millrace.deadletter;

import io.millrace.core.function.FunctionName;
import java.time.Instant;
import java.util.Optional;

/**
 * Dead letters with the same cause.
 *
 * @param fingerprint of the cause; empty where none is recorded, and then the origin groups
 * @param sampleId the first one's id
 */
public record DeadLetterGroup(
        Optional<String> fingerprint,
        Optional<String> errorType,
        Optional<String> errorMessage,
        Optional<FunctionName> function,
        Optional<String> origin,
        long count,
        Optional<Instant> firstDeath,
        Optional<Instant> lastDeath,
        String sampleId) {

    static DeadLetterGroup of(DeadLetter first) {
        return new DeadLetterGroup(
                first.cause().map(Cause::fingerprint),
                first.cause().map(Cause::errorType),
                first.cause().map(Cause::errorMessage),
                first.function(),
                first.origin(),
                1,
                first.diedAt(),
                first.diedAt(),
                first.id());
    }

    DeadLetterGroup and(DeadLetter next) {
        return new DeadLetterGroup(
                fingerprint,
                errorType,
                errorMessage,
                function,
                origin,
                count + 1,
                firstDeath.map(first -> earlier(first, next.diedAt().orElse(first))),
                lastDeath.map(last -> later(last, next.diedAt().orElse(last))),
                sampleId);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
