package io.millrace.runtime.logs;

/** Takes the lines of one execution environment. Thread-safe; never blocks and never fails. */
@FunctionalInterface
public interface EnvironmentLines {
    /** Of no invocation, such as those of an initialisation. */
    String NO_REQUEST = "";

    /** Keeps nothing. */
    EnvironmentLines NOWHERE = (requestId, stream, text) -> {};

    /**
     * @param requestId of the invocation during which it was written, or {@link #NO_REQUEST}
     * @param text without its end; the platform's own may be several lines
     */
    void add(String requestId, LogStream stream, String text);
}
