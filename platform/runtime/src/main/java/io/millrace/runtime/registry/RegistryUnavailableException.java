package io.millrace.runtime.registry;

/** The data directory cannot be used; the message names the path and what is wrong with it. */
public final class RegistryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
