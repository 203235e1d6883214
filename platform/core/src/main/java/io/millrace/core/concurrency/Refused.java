package io.millrace.core.concurrency;

import io.millrace.core.invocation.ThrottleReason;

/** The attempt may not start now. There is one instance for each reason. */
public record Refused(ThrottleReason reason) implements Admission {
    static final Refused CONCURRENCY = new Refused(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
    static final Refused RESERVED_CONCURRENCY =
            new Refused(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
    static final Refused RATE = new Refused(ThrottleReason.FUNCTION_INVOCATION_RATE_LIMIT_EXCEEDED);
    static final Refused RESERVED_RATE = new Refused(ThrottleReason.RESERVED_FUNCTION_INVOCATION_RATE_LIMIT_EXCEEDED);
}
