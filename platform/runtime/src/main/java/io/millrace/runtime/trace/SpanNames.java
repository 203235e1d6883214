package io.millrace.runtime.trace;

/** First words of the names of spans; the function's name follows (docs/traces.md). */
final class SpanNames {
    static final String ACCEPT = "accept";
    static final String WAIT = "wait";
    static final String REDRIVE = "redrive";
    static final String INVOKE = "invoke";
    static final String INIT = "init";
    static final String SETTLE = "settle";

    private SpanNames() {}
}
