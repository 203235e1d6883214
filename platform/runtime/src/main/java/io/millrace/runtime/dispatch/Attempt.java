package io.millrace.runtime.dispatch;

import io.millrace.broker.delivery.Delivery;
import io.millrace.core.concurrency.Permit;
import io.millrace.core.invocation.Invocation;
import io.millrace.runtime.accounting.AttemptNote;
import io.millrace.runtime.trace.AttemptTrace;
import org.jspecify.annotations.Nullable;

/** One run of a handler that has not been settled. Event loop only. */
final class Attempt {
    private final FunctionWorker worker;
    private final Invocation invocation;
    private final DeployedVersion version;
    private final Permit permit;
    private final AttemptNote note;
    private final AttemptTrace trace;
    private @Nullable Stopwatch stopwatch;
    private volatile boolean replayed;
    private Delivery delivery;

    Attempt(
            FunctionWorker worker,
            Invocation invocation,
            DeployedVersion version,
            Permit permit,
            Delivery delivery,
            AttemptNote note,
            AttemptTrace trace) {
        this.worker = worker;
        this.invocation = invocation;
        this.version = version;
        this.permit = permit;
        this.delivery = delivery;
        this.note = note;
        this.trace = trace;
    }

    FunctionWorker worker() {
        return worker;
    }

    Invocation invocation() {
        return invocation;
    }

    /** What it runs, whatever is deployed meanwhile. */
    DeployedVersion version() {
        return version;
    }

    /** From 1. */
    int number() {
        return note.number();
    }

    AttemptNote note() {
        return note;
    }

    AttemptTrace trace() {
        return trace;
    }

    /** To be told while it runs, for {@link #runNanos}. */
    Stopwatch timed() {
        Stopwatch running = new Stopwatch();
        stopwatch = running;
        return running;
    }

    /** How long its handler took; negative if it never began, or nobody timed it. */
    long runNanos() {
        return stopwatch == null ? -1 : stopwatch.runNanos();
    }

    /** Whether nothing ran, as its idempotency key had a result. */
    boolean isReplayed() {
        return replayed;
    }

    /** From any thread, before its end is. */
    void replayed() {
        replayed = true;
    }

    /** Whether its handler could end this process. */
    boolean inThisProcess() {
        return version.environments().inThisProcess();
    }

    Permit permit() {
        return permit;
    }

    Delivery delivery() {
        return delivery;
    }

    /** The broker delivered the event again while it still runs here: settle that delivery instead. */
    void adopt(Delivery again) {
        delivery = again;
    }
}
