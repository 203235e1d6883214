package io.millrace.core.retry;

/** Why an event became a dead letter (lambda-semantics 2.3). */
public enum GiveUpCondition {
    RETRIES_EXHAUSTED("RetriesExhausted"),
    EVENT_AGE_EXCEEDED("EventAgeExceeded"),
    ZERO_RESERVED_CONCURRENCY("ZeroReservedConcurrency"),
    /** The function ran too often in the chain of invocations (lambda-semantics 2.4). */
    RECURSIVE_INVOCATION("RecursiveInvocation"),
    /** Its idempotency key came with another payload before. */
    IDEMPOTENCY_KEY_REUSED("IdempotencyKeyReused"),
    /** It has no idempotency key, and its function requires one. */
    IDEMPOTENCY_KEY_MISSING("IdempotencyKeyMissing"),
    /** A messaging client sent more than an event may have. */
    PAYLOAD_TOO_LARGE("PayloadTooLarge");

    private final String wireName;

    GiveUpCondition(String wireName) {
        this.wireName = wireName;
    }

    /** As records of outcomes and dead letters spell it. */
    public String wireName() {
        return wireName;
    }
}
