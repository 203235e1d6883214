package io.millrace.runtime.environment.process;

import java.io.IOException;

/** An archive that is not unpacked; the message says which entry of it, and why. */
final class RefusedArchiveException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedArchiveException(String message) {
        super(message);
    }
}
