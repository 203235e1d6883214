package io.millrace.runtime.environment.process;

import java.util.Map;

/**
 * How a process ended, in Lambda's words.
 *
 * @param text what follows {@code Error:} in the message
 */
record ProcessExit(String errorType, String text) {
    private static final int SIGNAL_BASE = 128;
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "hangup"),
            Map.entry(2, "interrupt"),
            Map.entry(3, "quit"),
            Map.entry(4, "illegal instruction"),
            Map.entry(5, "trace/breakpoint trap"),
            Map.entry(6, "aborted"),
            Map.entry(7, "bus error"),
            Map.entry(8, "floating point exception"),
            Map.entry(9, "killed"),
            Map.entry(10, "user defined signal 1"),
            Map.entry(11, "segmentation fault"),
            Map.entry(12, "user defined signal 2"),
            Map.entry(13, "broken pipe"),
            Map.entry(14, "alarm clock"),
            Map.entry(15, "terminated"),
            Map.entry(24, "CPU time limit exceeded"),
            Map.entry(25, "file size limit exceeded"));

    /**
     * @param status as the JDK and shells give it: 128 and the signal's number where a signal ended the process, which
     *     cannot be told from a process that ended with such a status by itself
     */
    static ProcessExit of(int status) {
        String signal = SIGNALS.get(status - SIGNAL_BASE);
        if (status == 0) {
            return new ProcessExit("Runtime.ExitError", "Runtime exited without providing a reason");
        }
        return signal == null
                ? new ProcessExit("Runtime.ExitError", "Runtime exited with error: exit status " + status)
                : new ProcessExit("Runtime.ExitError", "Runtime exited with error: signal: " + signal);
    }

    /** Before any process was started. */
    static ProcessExit invalidEntrypoint(String why) {
        return new ProcessExit("Runtime.InvalidEntrypoint", why);
    }

    static ProcessExit extensionCrash(String name, int status) {
        return new ProcessExit("Extension.Crash", "extension " + name + " exited: " + of(status).text);
    }
}
