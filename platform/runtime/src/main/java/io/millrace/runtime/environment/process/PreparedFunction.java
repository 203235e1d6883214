package io.millrace.runtime.environment.process;

import io.millrace.runtime.environment.ExecutionEnvironment;

/** One version's code, unpacked, and the maker of its environments. Thread-safe. */
final class PreparedFunction {
    private final ProcessParts parts;
    private final VersionCode code;

    PreparedFunction(ProcessParts parts, VersionCode code) {
        this.parts = parts;
        this.code = code;
    }

    /** A new environment, of which nothing runs yet. Does not block. */
    ExecutionEnvironment create() {
        return new ProcessEnvironment(parts, code);
    }

    /** Deletes the code once the last environment that was made here has ended; returns at once. */
    void release() {
        parts.threads().execute(code::release);
    }
}
