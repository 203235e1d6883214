package io.millrace.runtime.deployment;

import static io.millrace.runtime.deployment.Changes.await;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.dispatch.DeployedFunction;
import io.millrace.runtime.dispatch.Dispatcher;
import io.millrace.runtime.registry.RegisteredFunction;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What every function runs with now. Changed on the thread of changes, read from any, without blocking. */
final class RunningFunctions {
    private final DeployedVersions versions;
    private final Dispatcher dispatcher;
    private final Allocations allocations;
    private final LateWorkers late;
    private final Map<FunctionName, Running> running = new ConcurrentHashMap<>();

    /** @param late learns of functions that got a worker before their turn */
    RunningFunctions(DeployedVersions versions, Dispatcher dispatcher, Allocations allocations, LateWorkers late) {
        this.versions = versions;
        this.dispatcher = dispatcher;
        this.allocations = allocations;
        this.late = late;
    }

    /** @param asyncBase what an event invoke config is laid over */
    record Running(DeployedFunction deployed, AsyncInvokeConfig asyncBase) {
        FunctionDefinition definition() {
            return deployed.definition();
        }

        AsyncInvokeConfigs async() {
            return deployed.async();
        }

        LazyEnvironments latest() {
            return (LazyEnvironments) deployed.latest().environments();
        }

        Duration longestTimeout() {
            Duration longest = definition().timeout();
            for (var version : deployed.published().values()) {
                Duration timeout = version.definition().timeout();
                longest = timeout.compareTo(longest) > 0 ? timeout : longest;
            }
            return longest;
        }
    }

    /** A stored function, at a start: it runs when the dispatcher has it. */
    DeployedFunction prepare(RegisteredFunction function, AsyncInvokeConfig asyncBase) {
        LazyEnvironments latest = versions.ofLatest(function, asyncBase);
        DeployedFunction prepared = versions.assemble(function, latest, asyncBase, Optional.empty());
        running.put(function.name(), new Running(prepared, asyncBase));
        allocations.allocate(function, prepared);
        return prepared;
    }

    /** From here on invocations run as the function is now. What they no longer use ends with its last attempt. */
    void start(RegisteredFunction function, LazyEnvironments latest, AsyncInvokeConfig asyncBase) {
        Optional<DeployedFunction> before = find(function.name()).map(Running::deployed);
        DeployedFunction after = versions.assemble(function, latest, asyncBase, before);
        running.put(function.name(), new Running(after, asyncBase));
        late.take(function.name());
        await(dispatcher.deploy(after));
        before.ifPresent(replaced -> versions.closeUnused(replaced, after));
        allocations.allocate(function, after);
    }

    Optional<Running> find(FunctionName name) {
        @Nullable Running found = running.get(name);
        return Optional.ofNullable(found);
    }

    boolean has(FunctionName name) {
        return running.containsKey(name);
    }

    void remove(FunctionName name) {
        running.remove(name);
    }

    Map<FunctionName, AsyncInvokeConfigs> asyncConfigs() {
        return running.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue()
                .async()));
    }
}
