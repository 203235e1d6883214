package io.millrace.runtime.logs;

import java.util.Locale;

/** Who wrote a line. */
public enum LogStream {
    /** The platform: START, END, REPORT and the like. */
    PLATFORM,
    /** The function, to the logger of its context or to the output of its process. */
    FUNCTION,
    /** The thread of a handler in the server's JVM, to {@link System#out}. */
    STDOUT,
    /** The thread of a handler in the server's JVM, to {@link System#err}. */
    STDERR;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** As in the files and the API, in ASCII. */
    String wireName() {
        return wireName;
    }
}
