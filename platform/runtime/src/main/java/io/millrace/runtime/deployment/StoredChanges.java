package io.millrace.runtime.deployment;

import static io.millrace.runtime.deployment.Changes.orUndo;

import io.millrace.core.function.FunctionName;
import io.millrace.runtime.deployment.Changes.Accepted;
import io.millrace.runtime.deployment.RunningFunctions.Running;
import io.millrace.runtime.registry.FunctionAdministrationException;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.NotUsable;
import io.millrace.runtime.registry.Publishing;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** How what is stored of a function changes, and with it what runs: both, or neither. Thread-safe. */
final class StoredChanges {
    private final DeploymentParts parts;

    StoredChanges(DeploymentParts parts) {
        this.parts = parts;
    }

    /** Refused before anything is touched where the registry is away. */
    <T> Future<T> run(Callable<T> change) {
        return parts.changes().run(stored(change));
    }

    /** As {@link Changes#inTwoSteps}. */
    <T> Future<T> inTwoSteps(Callable<Accepted<T>> first) {
        return parts.changes().inTwoSteps(stored(first));
    }

    /** As {@link Changes#inTwoSteps}, of a function that no earlier change is under way of. */
    <T> Future<T> inTwoSteps(FunctionName name, Callable<Accepted<T>> first) {
        return whenSettled(name, () -> inTwoSteps(first));
    }

    private <T> Callable<T> stored(Callable<T> change) {
        return () -> {
            parts.registry().requireWritable();
            parts.policies().storedMayChange();
            return change.call();
        };
    }

    /** Refused at once while an earlier change is under way, as Lambda does; later, it would be its turn. */
    <T> Future<T> whenSettled(FunctionName name, Supplier<Future<T>> change) {
        Optional<RegisteredFunction> known = parts.registry().find(name);
        try {
            known.ifPresent(Publishing::requireSettled);
        } catch (FunctionAdministrationException refused) {
            return Future.failedFuture(refused);
        }
        return change.get();
    }

    RegisteredFunction require(FunctionName name) {
        return require(name, Optional.empty());
    }

    RegisteredFunction require(FunctionName name, Optional<String> expectedRevision) {
        RegisteredFunction found = parts.registry().find(name).orElseThrow(() -> new FunctionUnknown(name));
        Publishing.requireRevision(found, expectedRevision);
        return found;
    }

    Running requireRunning(FunctionName name) {
        return parts.running().find(name).orElseThrow(() -> {
            RegisteredFunction known = parts.registry().find(name).orElseThrow(() -> new FunctionUnknown(name));
            return new NotUsable(name, known.state().latest());
        });
    }

    /** A change that may touch provisioned concurrency: the ledger has the last word before anything is stored. */
    RegisteredFunction saveProvisioned(RegisteredFunction after) {
        requireRunning(after.name());
        parts.allocations().claim(after);
        return save(after, () -> parts.allocations().giveBack(after));
    }

    RegisteredFunction save(RegisteredFunction after) {
        return save(after, () -> {});
    }

    /** @param undo takes back what was done for it already, should the disk fail now */
    RegisteredFunction save(RegisteredFunction after, Runnable undo) {
        Running old = requireRunning(after.name());
        orUndo(
                () -> {
                    Runnable undoPolicy =
                            parts.policies().replace(after.name(), old.async(), after.asyncConfigs(old.asyncBase()));
                    orUndo(() -> parts.registry().save(after), undoPolicy);
                },
                undo);
        RegisteredFunction saved = parts.registry().find(after.name()).orElseThrow();
        parts.running().start(saved, old.latest(), old.asyncBase());
        return saved;
    }
}
