package io.millrace.runtime.functionurl;

/** What a function returned is no HTTP response; the message says why, and holds nothing of it. */
final class MalformedResponseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedResponseException(String message) {
        super(message, null, false, false);
    }
}
