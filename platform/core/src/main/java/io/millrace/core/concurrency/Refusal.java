package io.millrace.core.concurrency;

/**
 * Why a reservation or provisioned concurrency was not set; nothing has changed (lambda-semantics 4.2, errors).
 *
 * @param limit the number that Lambda's message names, see {@link Reason}
 */
public record Refusal(Reason reason, int limit) {
    public enum Reason {
        /** The reservation would leave less unreserved than the minimum, which is the limit. */
        RESERVATION_BREAKS_MINIMUM,
        /** The reservation is less than the function's total provisioned concurrency, which is the limit. */
        RESERVATION_BELOW_PROVISIONED,
        /** The function's provisioned concurrency would exceed its reservation, which is the limit. */
        PROVISIONED_ABOVE_RESERVATION,
        /** More is asked for than the account has unreserved, which is the limit. */
        PROVISIONED_ABOVE_UNRESERVED,
        /** Provisioned concurrency would leave less unreserved than the minimum, which is the limit. */
        PROVISIONED_BREAKS_MINIMUM
    }
}
