package io.millrace.runtime.deployment;

import static io.millrace.runtime.deployment.Changes.await;

import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.dispatch.DeployedFunction;
import io.millrace.runtime.registry.FunctionState;
import io.millrace.runtime.registry.FunctionState.Phase;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Has every stored function run: from a start on, when a broker is back, and now and then, as not all can be done at
 * once. Thread-safe; what it does are changes.
 */
final class FunctionUpkeep {
    private final DeploymentParts parts;
    private final TurnsAfterStart turns;
    private final SecondSteps secondSteps;

    FunctionUpkeep(DeploymentParts parts, TurnsAfterStart turns, SecondSteps secondSteps) {
        this.parts = parts;
        this.turns = turns;
        this.secondSteps = secondSteps;
    }

    /** At a start. Of many functions most are attached to their queues after this, in turn (docs/adr/0009). */
    Future<Void> start() {
        return parts.changes()
                .<Void>run(() -> {
                    parts.policies().ensureStored(storedConfigs());
                    List<RegisteredFunction> stored = stored().toList();
                    await(parts.dispatcher()
                            .enlist(stored.stream().map(this::prepare).toList()));
                    List<FunctionName> inOrder = Stream.concat(
                                    await(parts.queues().busiest()).stream().filter(parts.running()::has),
                                    stored.stream().map(RegisteredFunction::name))
                            .distinct()
                            .toList();
                    turns.begin(inOrder);
                    secondSteps.activatePending();
                    return null;
                })
                .onSuccess(started -> turns.goOn());
    }

    private Stream<RegisteredFunction> stored() {
        return parts.registry().all().stream()
                .filter(function ->
                        function.state().isDeployable() && function.code().isPresent());
    }

    private Map<FunctionName, AsyncInvokeConfigs> storedConfigs() {
        return stored().collect(Collectors.toMap(
                RegisteredFunction::name, function -> function.asyncConfigs(parts.asyncDefaults())));
    }

    private DeployedFunction prepare(RegisteredFunction function) {
        parts.reservations().reserve(function.definition(parts.asyncDefaults()));
        parts.allocations().claim(function);
        DeployedFunction prepared = parts.running().prepare(function, parts.asyncDefaults());
        if (function.state().phase() == Phase.UPDATING) {
            secondSteps.settle(function.settled(FunctionState.ACTIVE));
        }
        return prepared;
    }

    /** Makes again what a broker lost that came back without its data. */
    Future<Void> brokerIsBack() {
        return parts.changes()
                .<Void>run(() -> {
                    Map<FunctionName, AsyncInvokeConfigs> configs =
                            parts.running().asyncConfigs();
                    if (!configs.isEmpty()) {
                        parts.policies().ensureAll(configs);
                    }
                    secondSteps.activatePending();
                    return null;
                })
                .onSuccess(ensured -> turns.goOn());
    }

    /** Does what did not work before, and lets go of what nobody uses. */
    void now() {
        parts.versions().unloadIdle();
        turns.tryAgain();
        if (parts.policies().mayBeNoted()) {
            parts.changes().run(() -> {
                parts.policies().note(storedConfigs());
                return null;
            });
        }
        if (secondSteps.isAnyPending()) {
            parts.changes().run(() -> {
                secondSteps.activatePending();
                return null;
            });
        }
    }
}
