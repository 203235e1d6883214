package io.millrace.core.retry;

/** What the broker is told after an attempt failed. */
public sealed interface RetryDecision {
    /** The broker delivers it again after its own redelivery delay. */
    record RetryLater() implements RetryDecision {}

    /** It becomes a dead letter now. */
    record GiveUp(GiveUpCondition condition) implements RetryDecision {}
}
