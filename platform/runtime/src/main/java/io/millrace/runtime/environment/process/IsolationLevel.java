package io.millrace.runtime.environment.process;

/** What keeps a function's processes in their place, from the weakest to the strongest. */
public enum IsolationLevel {
    /**
     * A session and process group of its own. Children that leave the group are found by their environment variables,
     * or not at all.
     */
    PROCESS,
    /** And rlimits: open files, size of a file, core dumps, and memory where no control group limits it. */
    LIMITS,
    /** And a process namespace: what runs in it cannot outlive it, nor see or signal anything outside. */
    NAMESPACE,
    /**
     * And bubblewrap: a read-only view of the few files it needs, /tmp of its own, code at /var/task and layers at
     * /opt, no capabilities. The network is the host's on every level, or the Runtime API could not be reached.
     */
    SANDBOX
}
