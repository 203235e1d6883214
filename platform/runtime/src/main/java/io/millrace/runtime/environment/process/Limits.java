package io.millrace.runtime.environment.process;

import java.util.OptionalLong;

/**
 * What the kernel is asked to hold an environment's processes to, each of them.
 *
 * @param fileBytes size of one file
 * @param dataBytes private writable memory; empty where something else limits memory
 */
record Limits(long fileBytes, OptionalLong dataBytes) {
    /** Lambda's number of open files (lambda-semantics 5.2). */
    static final int OPEN_FILES = 1024;
    /**
     * Processes and threads of the server's user, all environments and the server included, so above Lambda's 1024. The
     * kernel does not hold root to it.
     */
    static final int USER_PROCESSES = 8192;
}
