package io.millrace.runtime.environment;

/** Why an environment ends, as extensions are told (lambda-semantics 5.6); spelt as on the wire. */
public enum ShutdownReason {
    /** Nothing is wrong: it was idle, too old, or its version is gone. */
    SPINDOWN,
    /** The invocation ran into its timeout. */
    TIMEOUT,
    /** The runtime or an extension crashed. */
    FAILURE
}
