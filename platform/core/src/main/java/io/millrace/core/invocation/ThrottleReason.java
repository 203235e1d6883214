package io.millrace.core.invocation;

/** Why an invocation got no permit (lambda-semantics 1.6). */
public enum ThrottleReason {
    /** The unreserved pool of the account is exhausted. */
    CONCURRENT_INVOCATION_LIMIT_EXCEEDED("ConcurrentInvocationLimitExceeded"),
    /** The function's own reservation is exhausted, or is 0. */
    RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED("ReservedFunctionConcurrentInvocationLimitExceeded"),
    /** More than 10 requests per second and permit of the account's pool. */
    FUNCTION_INVOCATION_RATE_LIMIT_EXCEEDED("FunctionInvocationRateLimitExceeded"),
    /** More than 10 requests per second and permit of the function's reservation. */
    RESERVED_FUNCTION_INVOCATION_RATE_LIMIT_EXCEEDED("ReservedFunctionInvocationRateLimitExceeded");

    private final String wireName;

    ThrottleReason(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /** @throws IllegalArgumentException if {@code wireName} names none */
    public static ThrottleReason parse(String wireName) {
        for (ThrottleReason reason : values()) {
            if (reason.wireName.equals(wireName)) {
                return reason;
            }
        }
        throw new IllegalArgumentException("throttle reason is '" + wireName + "', expected one of Lambda's");
    }
}
