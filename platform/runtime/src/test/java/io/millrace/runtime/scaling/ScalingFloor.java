package io.millrace.runtime.scaling;

import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.ConcurrencyRules;
import io.millrace.core.concurrency.Permit;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.scaling.ScalableResource;
import io.millrace.runtime.lambdaapi.RegistryAdministration;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.Archives;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.ProvisionedConcurrency;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A real registry and a real ledger, in which every environment is initialised as soon as it is wanted, and a function
 * {@code orders} with version 1 and alias {@code live}.
 */
public final class ScalingFloor implements AutoCloseable {
    static final FunctionName ORDERS = new FunctionName("orders");
    public static final ScalableResource LIVE = new ScalableResource(ORDERS, "live");

    public final Vertx vertx = Vertx.vertx();
    public final RegistryAdministration functions;
    public final FunctionRegistry registry;
    public final ScalingAdministration scaling;
    final ConcurrencyLedger ledger =
            new ConcurrencyLedger(new ConcurrencyRules(1000, 100, 0, 1_000_000), System::nanoTime);
    private final Deque<Permit> permits = new ArrayDeque<>();

    public ScalingFloor(Path data, InstantSource clock) {
        this.registry = FunctionRegistry.open(data);
        this.functions = new RegistryAdministration(vertx, registry, clock, this::keep);
        this.scaling = new ScalingAdministration(vertx, registry.scaling(), functions, clock);
        if (registry.find(ORDERS).isEmpty()) {
            create();
        }
    }

    private void create() {
        FunctionConfiguration configuration = new FunctionConfiguration(
                "a.B", "java17", Optional.empty(), "", Duration.ofSeconds(3), 128, 512, List.of(), Map.of());
        await(functions.create(ORDERS, configuration, Archives.with("a/B.class", "bytes"), true));
        await(functions.createAlias(ORDERS, new Alias("live", "1", "", Optional.empty(), "revision")));
    }

    private void keep(FunctionName function, String version, int wanted) {
        ledger.provision(function, version, wanted);
        ledger.available(function, version, wanted);
    }

    void provision(int environments) {
        await(functions.provision(ORDERS, "live", environments));
    }

    /** 0 when nothing is provisioned. */
    int capacity() {
        return registry.find(ORDERS)
                .orElseThrow()
                .published()
                .provisioned("live")
                .map(ProvisionedConcurrency::requested)
                .orElse(0);
    }

    /** So many attempts run from now on, begun anew so that they take the environments that are there now. */
    void run(int attempts) {
        permits.forEach(Permit::close);
        permits.clear();
        while (permits.size() < attempts) {
            permits.add((Permit) ledger.admit(ORDERS, "1", InvocationType.EVENT));
        }
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.await(30, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException(late);
        }
    }

    @Override
    public void close() {
        await(vertx.close());
        registry.close();
    }

    /** Time that moves when a test says so. */
    static final class Steps implements InstantSource {
        private Instant now = Instant.parse("2026-11-20T12:00:00Z");

        @Override
        public synchronized Instant instant() {
            return now;
        }

        synchronized void step(Duration duration) {
            now = now.plus(duration);
        }
    }
}
