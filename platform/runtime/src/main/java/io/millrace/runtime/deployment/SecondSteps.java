package io.millrace.runtime.deployment;

import static io.millrace.runtime.deployment.Changes.await;
import static io.millrace.runtime.deployment.Changes.orUndo;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.runtime.deployment.RunningFunctions.Running;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.FunctionState;
import io.millrace.runtime.registry.FunctionState.Phase;
import io.millrace.runtime.registry.RegisteredFunction;
import io.millrace.runtime.registry.RegistryUnavailableException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when a creation or an update was stored and answered (lambda-semantics 6.2). Nobody waits for it, so what
 * fails is told by the function's state and in the log. On the thread of changes.
 */
final class SecondSteps {
    private static final Logger LOGGER = LoggerFactory.getLogger(SecondSteps.class);

    private final DeploymentParts parts;

    SecondSteps(DeploymentParts parts) {
        this.parts = parts;
    }

    /** Of a creation. While the broker is away it stays to be done, and is when the broker is back. */
    void activate(RegisteredFunction pending, LazyEnvironments latest) {
        try {
            await(parts.queues().ensure(pending.name(), pending.asyncConfigs(parts.asyncDefaults())));
            orUndo(() -> parts.running().start(pending, latest, parts.asyncDefaults()), () -> {
                parts.running().remove(pending.name());
                await(parts.dispatcher().remove(pending.name()));
            });
        } catch (BrokerUnavailableException away) {
            latest.close();
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.FUNCTION, pending.name())
                    .addKeyValue(LogKeys.REASON, away.getMessage())
                    .log("function waits for the broker to become active");
            return;
        } catch (RuntimeException failed) {
            latest.close();
            LOGGER.atError()
                    .addKeyValue(LogKeys.FUNCTION, pending.name())
                    .setCause(failed)
                    .log("function cannot be created");
            settle(pending.settled(FunctionState.failed(String.valueOf(failed.getMessage()))));
            return;
        }
        settle(pending.settled(FunctionState.ACTIVE));
    }

    /** What a stop, or a broker that was away or gave no answer, left half created. */
    void activatePending() {
        pending().forEach(function -> activate(function, parts.versions().ofLatest(function, parts.asyncDefaults())));
    }

    /** From any thread. */
    boolean isAnyPending() {
        return pending().findAny().isPresent();
    }

    private Stream<RegisteredFunction> pending() {
        return parts.registry().all().stream()
                .filter(function -> function.state().phase() == Phase.PENDING);
    }

    /**
     * Of an update.
     *
     * @param old what it runs with until then
     */
    void replace(RegisteredFunction before, Running old, RegisteredFunction updating, LazyEnvironments loaded) {
        try {
            orUndo(() -> parts.running().start(updating, loaded, old.asyncBase()), () -> parts.running()
                    .start(before, old.latest(), old.asyncBase()));
        } catch (RuntimeException failed) {
            loaded.close();
            LOGGER.atError()
                    .addKeyValue(LogKeys.FUNCTION, before.name())
                    .setCause(failed)
                    .log("function cannot be updated");
            settle(before.settled(FunctionState.updateFailed(String.valueOf(failed.getMessage()))));
            return;
        }
        settle(updating.settled(FunctionState.ACTIVE));
    }

    /** Stores how it ended; what cannot be stored is ended again by the next start. */
    void settle(RegisteredFunction function) {
        try {
            parts.registry().settle(function);
        } catch (RegistryUnavailableException away) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.FUNCTION, function.name())
                    .addKeyValue(LogKeys.REASON, away.getMessage())
                    .log("the end of a change is not stored, the next start ends it again");
        }
    }
}
