package io.millrace.runtime.dispatch;

/** A call did not run its function, which calls itself too often (lambda-semantics 2.4). */
public final class RecursiveCallException extends RuntimeException {
    /** As AWS describes it. */
    static final String MESSAGE =
            "Lambda has detected your function being invoked in a recursive loop with other Amazon"
                    + " Web Services resources and stopped your function's invocation.";

    private static final long serialVersionUID = 1;

    public RecursiveCallException() {
        // No stack trace: it says nothing about a refusal, and a loop makes many.
        super(MESSAGE, null, false, false);
    }
}
