package io.millrace.runtime.environment;

/** Where an execution environment is in its life (lambda-semantics 5.1). */
public enum EnvironmentState {
    /** New, or on its way to its first invocation: its code is being initialised. */
    INIT,
    /** Initialised and idle. */
    READY,
    /** One invocation runs in it. */
    RUNNING,
    /** A timeout or crash took its memory; {@code /tmp} is kept. The next invocation initialises it again. */
    RESET,
    /** Over. It runs nothing any more. */
    SHUTDOWN
}
