package io.millrace.runtime.payloads;

/** The place of large payloads does not take or give what it should; the message says which and why. */
public final class PayloadUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PayloadUnavailableException(String message) {
        super(message);
    }

    PayloadUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
