package io.millrace.runtime.deployment;

import static io.millrace.runtime.deployment.Changes.await;

import io.millrace.broker.topology.Topology;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionName;
import io.vertx.core.Future;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The retry policies that the broker has, and whether they are those of the stored functions for all that is known: only
 * then a note of it is left for the next start (docs/adr/0009). On the thread of changes, but for {@link #mayBeNoted}.
 */
final class BrokerPolicies {
    private final FunctionQueues queues;
    private final PolicyMark mark;
    private volatile boolean markIsStale;
    /** Whether the broker has the policy of every stored function, for all that is known. */
    private volatile boolean policiesAreSet;

    BrokerPolicies(FunctionQueues queues, PolicyMark mark) {
        this.queues = queues;
        this.mark = mark;
    }

    /** At a start: the queues of all, and their policies unless the note says that this broker has them. */
    void ensureStored(Map<FunctionName, AsyncInvokeConfigs> stored) {
        String broker = await(queues.broker());
        if (mark.holds(broker, stored)) {
            await(queues.ensureQueues(stored));
        } else {
            await(queues.ensureAll(stored));
            mark.set(broker, stored);
        }
        policiesAreSet = true;
    }

    /** Makes again what a broker lost that came back without its data. */
    void ensureAll(Map<FunctionName, AsyncInvokeConfigs> deployed) {
        policiesAreSet = false;
        await(queues.ensureAll(deployed));
        policiesAreSet = true;
        markIsStale = true;
    }

    /** A stored function may become another now. */
    void storedMayChange() {
        markIsStale = true;
    }

    /** Whether {@link #note} is worth a change. From any thread. */
    boolean mayBeNoted() {
        return markIsStale && policiesAreSet;
    }

    void note(Map<FunctionName, AsyncInvokeConfigs> stored) {
        String broker = await(queues.broker());
        markIsStale = false;
        mark.set(broker, stored);
    }

    /**
     * The queue of all qualifiers allows what any of them allows, so each that comes or goes may change its policy.
     *
     * @return puts the policy back
     */
    Runnable replace(FunctionName name, AsyncInvokeConfigs before, AsyncInvokeConfigs after) {
        if (Topology.invokePolicy(name, before).equals(Topology.invokePolicy(name, after))) {
            return () -> {};
        }
        set(() -> queues.applyPolicy(name, after));
        return () -> set(() -> queues.applyPolicy(name, before));
    }

    /** From here on the broker's policy may be another than the stored one: for a moment, or if this fails. */
    void set(Supplier<Future<Void>> change) {
        boolean wereSet = policiesAreSet;
        policiesAreSet = false;
        markIsStale = true;
        mark.erase();
        await(change.get());
        policiesAreSet = wereSet;
    }
}
