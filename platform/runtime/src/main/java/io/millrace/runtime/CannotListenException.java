package io.millrace.runtime;

import java.net.BindException;
import org.jspecify.annotations.Nullable;

/** The HTTP door cannot be opened where it was asked for; the message is one line for an operator. */
public final class CannotListenException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean isPortInUse;

    private CannotListenException(String message, boolean isPortInUse, Throwable cause) {
        super(message, cause);
        this.isPortInUse = isPortInUse;
    }

    static CannotListenException of(String host, int port, Throwable failure) {
        Throwable reason = cause(failure);
        // The JDK has one exception for both; only a taken port says so.
        boolean inUse = reason instanceof BindException
                && String.valueOf(reason.getMessage()).contains("in use");
        String why = inUse ? "the port is in use by another program" : String.valueOf(reason);
        return new CannotListenException("cannot listen for HTTP on " + host + ":" + port + ": " + why, inUse, failure);
    }

    private static Throwable cause(Throwable failure) {
        @Nullable Throwable cause = failure.getCause();
        return cause == null ? failure : cause;
    }

    /** Whether another port would do; otherwise the host is not one of this machine. */
    public boolean isPortInUse() {
        return isPortInUse;
    }
}
