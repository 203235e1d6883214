package io.millrace.core.concurrency;

/** Which limit keeps a function from starting one more attempt (lambda-semantics 4.1, 10 item 2). */
public enum UsedUp {
    /** The function's own reservation. */
    RESERVED,
    /** What the account's reservations leave to all functions that have none. */
    UNRESERVED,
    /** What may run of all functions together. */
    ACCOUNT,
    /** The environments that the function may start in 10 s. */
    NEW_ENVIRONMENTS
}
