package io.millrace.cli;

/** A command that cannot do what it was asked; the message is the one line its user sees. */
final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CommandFailedException(String message) {
        super(message);
    }
}
