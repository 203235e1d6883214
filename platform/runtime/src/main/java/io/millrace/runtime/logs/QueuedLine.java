package io.millrace.runtime.logs;

/**
 * A line on its way to the disk.
 *
 * @param millis when it was written, since 1970
 * @param requestId empty if it belongs to no invocation
 */
record QueuedLine(
        FunctionLog log,
        long millis,
        String requestId,
        String version,
        String environment,
        LogStream stream,
        String text) {
    /** About what it takes in memory beside its text. */
    private static final int OVERHEAD = 96;

    int weight() {
        return OVERHEAD + text.length();
    }
}
