package io.millrace.runtime.lambdaapi.model;

/** A request that can be read but breaks rules of its shape; the message names all of them, as Lambda does. */
public final class ConstraintViolationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ConstraintViolationException(String message) {
        // No stack trace: it says nothing about a refusal, and a flood of them must stay cheap.
        super(message, null, false, false);
    }
}
