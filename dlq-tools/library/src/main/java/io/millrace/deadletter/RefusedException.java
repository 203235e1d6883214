package io.millrace.deadletter;

/** What was asked cannot be done, and nothing was changed; the message says why and what to do instead. */
public sealed class RefusedException extends RuntimeException permits PreflightException {
    private static final long serialVersionUID = 1;

    public RefusedException(String message) {
        super(message);
    }
}
