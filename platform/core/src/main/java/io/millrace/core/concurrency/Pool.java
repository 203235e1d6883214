package io.millrace.core.concurrency;

import io.millrace.core.function.FunctionName;

/** Permits that are shared out among workers (reliability-study C.2). Provisioned environments are part of their pool. */
public sealed interface Pool {
    /** What the account has left beside all reservations. */
    record Unreserved() implements Pool {}

    /** The reservation of one function. */
    record Reserved(FunctionName function) implements Pool {}
}
