package io.millrace.cli;

import io.millrace.runtime.StandbyListener;
import java.io.PrintWriter;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The time until a server may start. A standby tells how it fares and rehearses its start; told to stop while it waits,
 * it ends at once, and rightly.
 */
final class StandbyWait implements StandbyListener {
    private final PrintWriter out;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private long begunNanos = System.nanoTime();

    StandbyWait(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void waits(String owner) {
        waiting.set(true);
        Rehearsal rehearsal = new Rehearsal();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(rehearsal), "stop-waiting"));
        tell("standby: the data directory is in use by " + owner + "; waiting for it");
        try {
            rehearsal.run();
            tell("standby: ready to take over");
        } catch (RuntimeException failed) { // Whatever it is: who waits is no worse off than without.
            Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
            tell("standby: the start could not be rehearsed and will take longer: " + cause);
        } finally {
            rehearsal.clean();
        }
    }

    @Override
    public void takesOver() {
        begunNanos = System.nanoTime();
        if (waiting.getAndSet(false)) {
            tell("standby: the data directory is free; taking over");
        }
    }

    /** Since this was made, or the wait was over. */
    double secondsSinceBegun() {
        return (System.nanoTime() - begunNanos) / 1e9;
    }

    private void stop(Rehearsal rehearsal) {
        if (!waiting.get()) {
            return;
        }
        try {
            rehearsal.clean();
        } finally {
            tell("stopped");
            // A stop on request is a success, which the JVM's own 128 + signal does not say.
            Runtime.getRuntime().halt(ExitCode.OK.code());
        }
    }

    private void tell(String line) {
        out.println(line);
        out.flush();
    }
}
