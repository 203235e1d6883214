package io.millrace.runtime.dispatch;

import io.millrace.runtime.trace.AttemptTrace;

/** Notes how long a handler took; read after its outcome came. */
final class Stopwatch implements AttemptTrace {
    private volatile long runNanos = -1;

    @Override
    public void measured(long init, long run) {
        runNanos = run;
    }

    /** Without initialisation; negative if it never began. */
    long runNanos() {
        return runNanos;
    }
}
