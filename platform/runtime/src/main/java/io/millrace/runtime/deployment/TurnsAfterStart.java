package io.millrace.runtime.deployment;

import static io.millrace.runtime.deployment.Changes.await;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.observe.LogKeys;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attaches the functions of a start to their queues, those first that have something to do, and a batch at a time, so
 * that other changes come in between; one that is used before its turn has it at once (docs/adr/0009). Thread-safe.
 */
final class TurnsAfterStart {
    private static final Logger LOGGER = LoggerFactory.getLogger(TurnsAfterStart.class);

    private final DeploymentParts parts;
    private final LateWorkers late;
    private volatile boolean closed;

    /** @param late shared with {@link RunningFunctions} */
    TurnsAfterStart(DeploymentParts parts, LateWorkers late) {
        this.parts = parts;
        this.late = late;
    }

    /** The first batch is attached when this returns. On the thread of changes. */
    void begin(List<FunctionName> inOrder) {
        late.add(inOrder);
        attachNext();
    }

    /** Has a function take what is in its queues now, if its turn has not come yet. */
    void wake(FunctionName name) {
        if (late.take(name)) {
            parts.dispatcher().attach(List.of(name));
        }
    }

    private void attachNext() {
        List<FunctionName> ready = withPolicies(late.next());
        await(parts.dispatcher().attach(ready));
        late.done(ready);
    }

    /** Those whose policy is as it was set: somebody may have been at the broker meanwhile. */
    private List<FunctionName> withPolicies(List<FunctionName> batch) {
        Map<FunctionName, AsyncInvokeConfigs> configs = new HashMap<>();
        batch.forEach(name -> parts.running().find(name).ifPresent(found -> configs.put(name, found.async())));
        try {
            await(parts.queues().ensurePolicies(configs));
            return batch;
        } catch (BrokerRefusedException someOfThem) {
            return batch.stream().filter(this::hasPolicy).toList();
        }
    }

    private boolean hasPolicy(FunctionName name) {
        try {
            parts.running()
                    .find(name)
                    .ifPresent(found -> await(parts.queues().ensurePolicies(Map.of(name, found.async()))));
            return true;
        } catch (BrokerRefusedException refused) {
            late.putOff(name);
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.FUNCTION, name)
                    .addKeyValue(LogKeys.REASON, String.valueOf(refused.getMessage()))
                    .log("function waits for the broker to take its policy");
            return false;
        }
    }

    /** All that are left. One batch is one change. */
    void goOn() {
        if (late.isEmpty() || closed) {
            return;
        }
        parts.changes()
                .run(() -> {
                    attachNext();
                    // Not faster than the broker follows: it has calls and events to deliver as well.
                    await(parts.dispatcher().caughtUp().otherwiseEmpty());
                    return null;
                })
                .onSuccess(next -> goOn())
                .onFailure(failed -> {
                    if (!closed) {
                        LOGGER.atWarn()
                                .addKeyValue(LogKeys.REASON, String.valueOf(failed.getMessage()))
                                .log("functions wait for the broker to be attached to their queues");
                    }
                });
    }

    /** Goes on also with those whose turn did not work. */
    void tryAgain() {
        late.tryAgain();
        goOn();
    }

    void close() {
        closed = true;
    }
}
