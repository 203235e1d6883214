package io.millrace.runtime.devmode;

/** Why a server cannot start in development mode; the message is one line. */
public final class DevModeRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DevModeRefusedException(String message) {
        super(message);
    }

    DevModeRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
