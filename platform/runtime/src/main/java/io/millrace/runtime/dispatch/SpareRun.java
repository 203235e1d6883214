package io.millrace.runtime.dispatch;

import io.millrace.core.invocation.Invocation;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments.Capacity;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * One run of a function that nobody asked for: it begins only while no event of the function waits, a permit is free and
 * the machine has room to spare; it takes no permit and ends no idle environment. It is no event: no key, no retry, no dead letter, no
 * record, no count but that of its version.
 *
 * @param invocation with the version or alias that is to run
 * @param otherThan the version that there is no sense in running, {@code $LATEST} or a number
 * @param whenEnded called once if it was {@link Start#STARTED}, on any thread; must not block
 */
public record SpareRun(Invocation invocation, String otherThan, Consumer<RunEnd> whenEnded) {

    /** What became of it. */
    public enum Start {
        STARTED,
        /** Events have nothing to spare. */
        NOT_NOW,
        /** The alias leads to the version that it was to be other than. */
        SAME_VERSION,
        /** There is no such version, or no such function. */
        UNKNOWN
    }

    /**
     * Event loop only.
     *
     * @param onLoop runs what follows from the end there
     */
    Start tryStart(FunctionWorker worker, WorkerParts parts, Consumer<Runnable> onLoop) {
        Optional<DeployedVersion> found = worker.deployed()
                .resolve(
                        invocation.arn().qualifier(),
                        ThreadLocalRandom.current().nextDouble());
        if (found.isEmpty()) {
            return Start.UNKNOWN;
        }
        DeployedVersion version = found.get();
        if (version.version().equals(otherThan)) {
            return Start.SAME_VERSION;
        }
        FunctionEnvironments environments = version.environments();
        if (worker.hasParked()
                || parts.ledger().free(worker.name()) < 1
                || parts.quarantine().keepsOut(version)
                || !environments.hasRoomToSpare()) {
            return Start.NOT_NOW;
        }
        start(version, parts.quarantine(), onLoop);
        return Start.STARTED;
    }

    private void start(DeployedVersion version, Quarantine quarantine, Consumer<Runnable> onLoop) {
        boolean inThisProcess = version.environments().inThisProcess();
        Stopwatch stopwatch = new Stopwatch();
        if (inThisProcess) { // Who is suspected of a crash must not run beside it.
            quarantine.started();
        }
        try {
            version.environments().run(invocation, Capacity.ON_DEMAND, stopwatch, outcome -> {
                if (inThisProcess) {
                    onLoop.accept(quarantine::callEnded);
                }
                whenEnded.accept(new RunEnd(version.version(), outcome, stopwatch.runNanos()));
            });
        } catch (RuntimeException notStarted) {
            if (inThisProcess) {
                quarantine.callEnded();
            }
            throw notStarted;
        }
    }
}
