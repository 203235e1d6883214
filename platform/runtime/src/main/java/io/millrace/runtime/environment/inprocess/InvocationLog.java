package io.millrace.runtime.environment.inprocess;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.environment.InvocationReport;
import io.millrace.runtime.environment.LogTail;
import io.millrace.runtime.logs.EnvironmentLines;
import io.millrace.runtime.logs.LogStream;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one invocation: the platform's own and what the function gave to the logger of its context
 * (lambda-semantics 1.7). They are kept, and the last of them are for a caller who wants them. Thread-safe.
 */
final class InvocationLog {
    private final FunctionDefinition definition;
    private final String requestId;
    private final EnvironmentLines lines;
    private final InvocationReport report;
    private final @Nullable LogTail tail;
    private boolean started;
    private boolean ended;

    /** @param wantsTail whether {@link #end} is to return the last bytes */
    InvocationLog(FunctionDefinition definition, String requestId, EnvironmentLines lines, boolean wantsTail) {
        this.definition = definition;
        this.requestId = requestId;
        this.lines = lines;
        this.report = new InvocationReport(definition);
        this.tail = wantsTail ? new LogTail() : null;
        report.invocationStarted();
    }

    /** Its handler is to be called now. */
    synchronized void start() {
        report.invocationStarted();
        begin();
    }

    private void begin() {
        started = true;
        own("START RequestId: " + requestId + " Version: " + definition.version());
    }

    /** @param line without its end; one that comes after the end is kept, but not for the caller */
    synchronized void add(String line) {
        lines.add(requestId, LogStream.FUNCTION, line);
        if (tail != null && !ended) {
            tail.add(line);
        }
    }

    /** What the thread of the handler prints. */
    Printed printed() {
        return new Printed(lines, requestId);
    }

    /** @return the last bytes, none if they are not wanted */
    synchronized byte[] end(Outcome outcome) {
        if (!started) { // It was cut off, or has no handler.
            begin();
        }
        ended = true;
        String errorType = outcome instanceof FunctionError error ? error.errorType() : "";
        String status = errorType.isEmpty() ? "" : FunctionErrors.TIMED_OUT.equals(errorType) ? "timeout" : "error";
        own(report.invocationEnded(requestId, status, errorType, OptionalLong.empty()));
        return tail == null ? new byte[0] : tail.bytes();
    }

    private void own(String text) {
        lines.add(requestId, LogStream.PLATFORM, text);
        if (tail != null) {
            tail.add(text);
        }
    }
}
