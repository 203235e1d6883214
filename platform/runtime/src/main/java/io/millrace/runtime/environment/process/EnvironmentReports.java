package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.InvocationReport;
import io.vertx.core.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What an environment says of itself in its function's log, and how an attempt learns that it has ended: behind its last
 * line, where its caller wants the log (lambda-semantics 1.7). Event loop only.
 */
final class EnvironmentReports {
    /** Whoever wants the log waits so long for lines that were in a pipe when the invocation ended. */
    private static final long LOG_PATIENCE_MILLIS = 200;

    private final FunctionDefinition definition;
    private final Context context;
    private final String logStream;
    private final EnvironmentLog log;
    private final InvocationReport report;

    EnvironmentReports(FunctionDefinition definition, FunctionLogSink sink, Context context) {
        this.definition = definition;
        this.context = context;
        logStream = LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy/MM/dd/")) + "["
                + definition.version() + "]" + UUID.randomUUID().toString().replace("-", "");
        log = new EnvironmentLog(definition, sink.of(definition, logStream.substring(logStream.indexOf(']') + 1)));
        report = new InvocationReport(definition);
    }

    /** As the function is told it. */
    String logStream() {
        return logStream;
    }

    EnvironmentLog log() {
        return log;
    }

    void initStarted() {
        report.initStarted();
        log.platform("INIT_START Runtime Version: " + definition.runtime());
    }

    void initEnded() {
        report.initEnded();
    }

    /**
     * @param phase init or invoke
     * @param status error or timeout
     */
    void initFailed(String phase, String status, String errorType) {
        log.platform(report.initFailed(phase, status, errorType));
    }

    void started(OpenAttempt attempt) {
        report.invocationStarted();
        startedWithInit(attempt);
    }

    /** What it took is counted from the start of its initialisation. */
    void startedWithInit(OpenAttempt attempt) {
        log.started(attempt.id());
    }

    void timedOut(OpenAttempt attempt, Duration timeout) {
        log.platform(Instant.now() + " " + attempt.id() + " " + ProcessErrors.timedOutText(timeout));
    }

    /**
     * @param status empty, {@code error} or {@code timeout}
     * @param peakMegabytes the most memory it had, empty where that is not known
     */
    void ended(OpenAttempt attempt, Outcome outcome, String status, String errorType, OptionalLong peakMegabytes) {
        report.measured(attempt.caller());
        String lines = report.invocationEnded(attempt.id(), status, errorType, peakMegabytes);
        if (!attempt.caller().wantsLogTail()) {
            log.ended(lines);
            attempt.end(outcome);
            return;
        }
        log.ended(
                lines,
                tail -> context.runOnContext(now -> {
                    attempt.caller().logTail(tail);
                    attempt.end(outcome);
                }));
        context.owner().setTimer(LOG_PATIENCE_MILLIS, late -> log.close(attempt.id()));
    }
}
