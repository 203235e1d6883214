package io.millrace.runtime.environment.inprocess;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.environment.InvocationReport;
import io.millrace.runtime.environment.LogTail;
import java.util.OptionalLong;

/**
 * The lines of one invocation, for a caller who wants the last of them: the platform's own and what the function gave to
 * the logger of its context (lambda-semantics 1.7). Thread-safe.
 */
final class InvocationLog {
    private final String requestId;
    private final InvocationReport report;
    private final LogTail tail = new LogTail();
    private boolean ended;

    InvocationLog(FunctionDefinition definition, String requestId) {
        this.requestId = requestId;
        this.report = new InvocationReport(definition);
        report.invocationStarted();
        tail.add("START RequestId: " + requestId + " Version: " + definition.version());
    }

    /** @param line without its end; dropped when the invocation has ended */
    synchronized void add(String line) {
        if (!ended) {
            tail.add(line);
        }
    }

    /** @return the last bytes */
    synchronized byte[] end(Outcome outcome) {
        ended = true;
        String errorType = outcome instanceof FunctionError error ? error.errorType() : "";
        String status = errorType.isEmpty() ? "" : FunctionErrors.TIMED_OUT.equals(errorType) ? "timeout" : "error";
        report.invocationEnded(requestId, status, errorType, OptionalLong.empty())
                .lines()
                .forEach(tail::add);
        return tail.bytes();
    }
}
