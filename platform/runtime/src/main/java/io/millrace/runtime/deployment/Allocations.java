package io.millrace.runtime.deployment;

import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.Refusal;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.dispatch.DeployedFunction;
import io.millrace.runtime.dispatch.DeployedVersion;
import io.millrace.runtime.environment.FunctionEnvironments.AllocationListener;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.FunctionAdministrationException.ConcurrencyRefused;
import io.millrace.runtime.registry.ProvisionedConcurrency;
import io.millrace.runtime.registry.ProvisionedState;
import io.millrace.runtime.registry.ProvisionedState.Status;
import io.millrace.runtime.registry.RegisteredFunction;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Provisioned concurrency of all functions: what is wanted by qualifier, spread over versions, and how far each version
 * has come (lambda-semantics 4.2). Changes on the thread of changes; states from any thread.
 */
final class Allocations {
    private final ConcurrencyLedger ledger;
    private final Map<FunctionName, Map<String, Allocation>> functions = new ConcurrentHashMap<>();

    Allocations(ConcurrencyLedger ledger) {
        this.ledger = ledger;
    }

    /** Of one version. */
    private static final class Allocation {
        private final int wanted;
        private volatile int available;
        private volatile @Nullable String failure;

        Allocation(int wanted) {
            this.wanted = wanted;
        }
    }

    /**
     * Asks the ledger for what the function wants now; takes back what it wanted before when that is refused.
     *
     * @throws ConcurrencyRefused if the ledger cannot give it
     */
    void claim(RegisteredFunction function) {
        Map<String, Integer> before = current(function.name());
        Map<String, Integer> wanted = byVersion(function);
        try {
            claim(function.name(), before, wanted);
        } catch (ConcurrencyRefused refused) {
            claim(function.name(), wanted, before);
            throw refused;
        }
    }

    /** Takes back a {@link #claim} that {@link #allocate} does not follow. */
    void giveBack(RegisteredFunction function) {
        claim(function.name(), byVersion(function), current(function.name()));
    }

    // What shrinks first, so that an alias can take its environments along to another version.
    private void claim(FunctionName name, Map<String, Integer> before, Map<String, Integer> wanted) {
        Map<String, Integer> shrinking = new TreeMap<>();
        Map<String, Integer> growing = new TreeMap<>();
        before.forEach((version, count) -> shrinking.put(version, wanted.getOrDefault(version, 0)));
        wanted.forEach((version, count) -> {
            if (count > before.getOrDefault(version, 0)) {
                growing.put(version, count);
                shrinking.remove(version);
            }
        });
        shrinking.forEach((version, count) -> ask(name, version, count));
        growing.forEach((version, count) -> ask(name, version, count));
    }

    private void ask(FunctionName name, String version, int environments) {
        Optional<Refusal> refusal = ledger.provision(name, version, environments);
        if (refusal.isPresent()) {
            throw new ConcurrencyRefused(
                    name,
                    reason(refusal.get().reason()),
                    environments,
                    refusal.get().limit());
        }
    }

    static ConcurrencyRefused.Reason reason(Refusal.Reason reason) {
        return switch (reason) {
            case PROVISIONED_ABOVE_RESERVATION -> ConcurrencyRefused.Reason.PROVISIONED_ABOVE_RESERVED;
            case PROVISIONED_ABOVE_UNRESERVED -> ConcurrencyRefused.Reason.PROVISIONED_ABOVE_UNRESERVED;
            case PROVISIONED_BREAKS_MINIMUM, RESERVATION_BREAKS_MINIMUM ->
                ConcurrencyRefused.Reason.PROVISIONED_BREAKS_MINIMUM;
            case RESERVATION_BELOW_PROVISIONED -> ConcurrencyRefused.Reason.RESERVED_BELOW_PROVISIONED;
        };
    }

    /** Has environments initialised, and given up, as {@link #claim} was granted. Returns before they are. */
    void allocate(RegisteredFunction function, DeployedFunction deployed) {
        FunctionName name = function.name();
        Map<String, Allocation> before = functions.getOrDefault(name, Map.of());
        Map<String, Allocation> after = new HashMap<>();
        byVersion(function).forEach((version, wanted) -> {
            Allocation known = before.get(version);
            boolean goesOn = known != null && known.wanted == wanted && known.failure == null;
            after.put(version, goesOn ? known : new Allocation(wanted));
        });
        functions.put(name, Map.copyOf(after));
        after.forEach((version, allocation) -> {
            DeployedVersion target = deployed.published().get(version);
            if (target != null && before.get(version) != allocation) {
                target.environments().provision(allocation.wanted, listener(name, version, allocation));
            }
        });
        before.keySet().stream().filter(version -> !after.containsKey(version)).forEach(version -> {
            DeployedVersion target = deployed.published().get(version);
            if (target != null) {
                target.environments().provision(0, listener(name, version, new Allocation(0)));
            }
        });
    }

    private AllocationListener listener(FunctionName name, String version, Allocation allocation) {
        return new AllocationListener() {
            @Override
            public void available(int environments) {
                allocation.available = environments;
                ledger.available(name, version, environments);
            }

            @Override
            public void failed(String reason) {
                allocation.failure = reason;
            }
        };
    }

    void forget(FunctionName name) {
        functions.remove(name);
    }

    private Map<String, Integer> current(FunctionName name) {
        Map<String, Integer> counts = new TreeMap<>();
        functions.getOrDefault(name, Map.of()).forEach((version, each) -> counts.put(version, each.wanted));
        return counts;
    }

    /** An alias's environments go to the versions that it sends invocations to, by weight. */
    private static Map<String, Integer> byVersion(RegisteredFunction function) {
        Map<String, Integer> wanted = new TreeMap<>();
        for (ProvisionedConcurrency config : function.published().provisioned().values()) {
            shares(function, config).forEach((version, count) -> wanted.merge(version, count, Integer::sum));
        }
        return wanted;
    }

    private static Map<String, Integer> shares(RegisteredFunction function, ProvisionedConcurrency config) {
        Optional<Alias> alias = function.published().alias(config.qualifier());
        if (alias.isEmpty()) {
            return Map.of(config.qualifier(), config.requested());
        }
        String version = alias.get().functionVersion();
        Optional<Alias.Routing> routing = alias.get().routing();
        if (routing.isEmpty()) {
            return Map.of(version, config.requested());
        }
        int additional = (int) Math.round(config.requested() * routing.get().weight());
        return Map.of(version, config.requested() - additional, routing.get().additionalVersion(), additional);
    }

    Optional<ProvisionedState> state(RegisteredFunction function, String qualifier) {
        return function.published().provisioned(qualifier).map(config -> state(function, config));
    }

    private ProvisionedState state(RegisteredFunction function, ProvisionedConcurrency config) {
        Map<String, Allocation> allocations = functions.getOrDefault(function.name(), Map.of());
        int available = 0;
        Optional<String> failure = Optional.empty();
        for (Map.Entry<String, Integer> share : shares(function, config).entrySet()) {
            Allocation allocation = allocations.get(share.getKey());
            if (allocation != null) {
                available += Math.min(share.getValue(), allocation.available);
                failure = failure.or(() -> Optional.ofNullable(allocation.failure));
            }
        }
        Status status = failure.isPresent()
                ? Status.FAILED
                : available >= config.requested() ? Status.READY : Status.IN_PROGRESS;
        int allocated = failure.isPresent() ? available : config.requested();
        return new ProvisionedState(config.requested(), allocated, available, status, failure);
    }
}
