package io.millrace.runtime.lambdaapi;

/** Sizes that Lambda fixes and no setting changes (lambda-semantics 5.2, 1.1). */
final class RequestLimits {
    /** Body of any request that is not an invocation. */
    static final int CONTROL_BYTES = 70_167_211;
    /** An uploaded archive. */
    static final int ZIPPED_BYTES = 52_428_800;
    /** Decoded client context. */
    static final int CLIENT_CONTEXT_BYTES = 3583;
    /** All headers of a request; Lambda allows more, but nothing it reads needs it. */
    static final int HEADER_BYTES = 64 * 1024;
    /** Method, path and query; the fifty keys of UntagResource take up to 20 KB, encoded. */
    static final int LINE_BYTES = 32 * 1024;

    private RequestLimits() {}
}
