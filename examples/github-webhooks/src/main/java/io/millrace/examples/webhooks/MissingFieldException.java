package io.millrace.examples.webhooks;

/** A payload does not have what its event type promises. */
public final class MissingFieldException extends RuntimeException {
    MissingFieldException(String event, String path) {
        super("payload of webhook '" + event + "' has no '" + path + "', expected a text or a number");
    }
}
