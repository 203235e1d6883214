package io.millrace.deadletter;

/** Moving would lose messages or cannot work; nothing was moved, and the message says what to do first. */
public final class PreflightException extends RefusedException {
    private static final long serialVersionUID = 1;

    public PreflightException(String message) {
        super(message);
    }
}
