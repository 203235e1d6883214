package io.millrace.runtime.deployment;

import io.millrace.broker.management.BrokerManagement;
import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.dispatch.Dispatcher;
import io.millrace.runtime.environment.ExecutionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.environment.InvalidHandlerException;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.EventInvokeConfig;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionExists;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import io.millrace.runtime.registry.FunctionAdministrationException.ReservationTooHigh;
import io.millrace.runtime.registry.FunctionAdministrationException.RevisionMismatch;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.ProvisionedConcurrency;
import io.millrace.runtime.registry.ProvisionedState;
import io.millrace.runtime.registry.PublishedVersion;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * Creates, changes and removes functions, one change after the other on a thread of its own. What can fail comes before
 * what cannot be taken back: code is checked and queues are made before the registry and the workers learn of it.
 */
public final class Deployments implements FunctionAdministration {
    private final FunctionRegistry registry;
    private final ExecutionEnvironments environments;
    private final FunctionQueues queues;
    private final Dispatcher dispatcher;
    private final ConcurrencyLedger ledger;
    private final int minimumUnreserved;
    private final AsyncInvokeConfig asyncDefaults;
    private final Clock clock;
    private final WorkerExecutor oneByOne;
    private final Map<FunctionName, Deployed> deployed = new ConcurrentHashMap<>();

    /** @param asyncDefaults for what a function does not set itself */
    public Deployments(
            Vertx vertx,
            FunctionRegistry registry,
            ExecutionEnvironments environments,
            BrokerManagement broker,
            Dispatcher dispatcher,
            ConcurrencyLedger ledger,
            int minimumUnreserved,
            AsyncInvokeConfig asyncDefaults,
            Clock clock) {
        this.registry = registry;
        this.environments = environments;
        this.queues = new FunctionQueues(broker);
        this.dispatcher = dispatcher;
        this.ledger = ledger;
        this.minimumUnreserved = minimumUnreserved;
        this.asyncDefaults = asyncDefaults;
        this.clock = clock;
        this.oneByOne = vertx.createSharedWorkerExecutor("millrace-deployments", 1);
    }

    /** @param asyncBase what an event invoke config is laid over */
    private record Deployed(
            FunctionDefinition definition, FunctionEnvironments environments, AsyncInvokeConfig asyncBase) {}

    /** Starts every stored function. */
    public Future<Void> deployStored() {
        return change(() -> {
            for (RegisteredFunction function : registry.all()) {
                FunctionDefinition definition = function.definition(asyncDefaults);
                await(queues.ensure(definition));
                reserveOrRefuse(definition);
                start(definition, source(function), asyncDefaults);
            }
            return null;
        });
    }

    /** Makes again what a broker lost that came back without its data. */
    public Future<Void> ensureQueues() {
        return change(() -> {
            for (Deployed each : deployed.values()) {
                await(queues.ensure(each.definition()));
            }
            return null;
        });
    }

    /** Runs an object or class of the embedding service; replaces a function of the same name. */
    public Future<Void> deployEmbedded(FunctionDefinition definition, HandlerSource source) {
        return change(() -> {
            FunctionEnvironments loaded = load(definition, source);
            await(queues.ensure(definition));
            reserveOrRefuse(definition);
            FunctionConfiguration configuration = new FunctionConfiguration(
                    definition.handler(),
                    definition.runtime(),
                    Optional.empty(),
                    "",
                    definition.timeout(),
                    definition.memorySizeMegabytes(),
                    definition.ephemeralStorageMegabytes(),
                    List.of(),
                    definition.environment());
            registry.save(
                    RegisteredFunction.created(definition.name(), configuration, Optional.empty(), clock.instant())
                            .withReservedConcurrency(definition.reservedConcurrency()));
            start(definition, loaded, definition.async());
            return null;
        });
    }

    /** The definition a function runs with now. From memory. */
    public Optional<FunctionDefinition> definition(FunctionName name) {
        return Optional.ofNullable(deployed.get(name)).map(Deployed::definition);
    }

    @Override
    public Optional<RegisteredFunction> find(FunctionName name) {
        // What is stored and could not be started yet does not exist for callers.
        return deployed.containsKey(name) ? registry.find(name) : Optional.empty();
    }

    @Override
    public List<RegisteredFunction> all() {
        return registry.all();
    }

    @Override
    public Future<RegisteredFunction> create(FunctionName name, FunctionConfiguration configuration, byte[] archive) {
        return change(() -> {
            if (registry.find(name).isPresent()) {
                throw new FunctionExists(name);
            }
            CodeReference code = registry.storeCode(archive);
            RegisteredFunction created =
                    RegisteredFunction.created(name, configuration, Optional.of(code), clock.instant());
            FunctionDefinition definition = created.definition(asyncDefaults);
            FunctionEnvironments loaded = load(definition, source(created));
            await(queues.ensure(definition));
            registry.save(created);
            start(definition, loaded, asyncDefaults);
            return created;
        });
    }

    @Override
    public Future<RegisteredFunction> updateCode(FunctionName name, byte[] archive, Optional<String> expectedRevision) {
        return change(() -> {
            RegisteredFunction before = require(name, expectedRevision);
            CodeReference code = registry.storeCode(archive);
            RegisteredFunction after = before.withCode(code, clock.instant());
            Deployed running = requireDeployed(name);
            FunctionDefinition definition = definition(after, running.asyncBase());
            FunctionEnvironments loaded = load(definition, source(after));
            registry.save(after);
            start(definition, loaded, running.asyncBase());
            return after;
        });
    }

    @Override
    public Future<RegisteredFunction> updateConfiguration(
            FunctionName name, UnaryOperator<FunctionConfiguration> changed, Optional<String> expectedRevision) {
        return change(() -> {
            RegisteredFunction before = require(name, expectedRevision);
            RegisteredFunction after = before.withConfiguration(changed.apply(before.configuration()), clock.instant());
            Deployed running = requireDeployed(name);
            if (after.code().isEmpty()) {
                throw new InvalidCode("function '" + name + "' is part of the service that embeds the platform;"
                        + " its configuration is changed there");
            }
            FunctionDefinition definition = definition(after, running.asyncBase());
            FunctionEnvironments loaded = load(definition, source(after));
            registry.save(after);
            start(definition, loaded, running.asyncBase());
            return after;
        });
    }

    @Override
    public Future<Void> delete(FunctionName name) {
        return change(() -> {
            require(name, Optional.empty());
            Deployed running = requireDeployed(name);
            await(dispatcher.remove(name));
            try {
                await(queues.remove(name));
            } catch (RuntimeException kept) {
                // Its queues may hold events still: it goes on as before.
                start(running.definition(), running.environments(), running.asyncBase());
                throw kept;
            }
            deployed.remove(name);
            ledger.forget(name);
            running.environments().close();
            await(dispatcher.forget(name));
            registry.delete(name);
            return null;
        });
    }

    @Override
    public Future<RegisteredFunction> reserve(FunctionName name, OptionalInt permits) {
        return change(() -> {
            RegisteredFunction before = require(name, Optional.empty());
            Deployed running = requireDeployed(name);
            if (ledger.reserve(name, permits).isPresent()) {
                throw new ReservationTooHigh(name, permits.orElse(0), minimumUnreserved);
            }
            RegisteredFunction after = before.withReservedConcurrency(permits);
            registry.save(after);
            start(running.definition().withReservedConcurrency(permits), running.environments(), running.asyncBase());
            return after;
        });
    }

    @Override
    public Future<RegisteredFunction> configureAsync(FunctionName name, Optional<EventInvokeConfig> config) {
        return change(() -> {
            RegisteredFunction before = require(name, Optional.empty());
            Deployed running = requireDeployed(name);
            RegisteredFunction after = before.withEventInvokeConfig(config);
            FunctionDefinition definition = definition(after, running.asyncBase());
            await(queues.applyPolicy(definition));
            registry.save(after);
            start(definition, running.environments(), running.asyncBase());
            return after;
        });
    }

    private FunctionDefinition definition(RegisteredFunction function, AsyncInvokeConfig asyncBase) {
        return function.definition(asyncBase);
    }

    private HandlerSource source(RegisteredFunction function) {
        CodeReference code = function.code()
                .orElseThrow(() -> new InvalidCode("function '" + function.name() + "' has no code of its own"));
        return new HandlerSource.Archive(registry.codeFile(code), List.of());
    }

    private FunctionEnvironments load(FunctionDefinition definition, HandlerSource source) {
        try {
            return environments.deploy(definition, source, () -> {});
        } catch (InvalidHandlerException invalid) {
            throw new InvalidCode(String.valueOf(invalid.getMessage()), invalid);
        }
    }

    private void start(FunctionDefinition definition, HandlerSource source, AsyncInvokeConfig asyncBase) {
        start(definition, load(definition, source), asyncBase);
    }

    private void start(FunctionDefinition definition, FunctionEnvironments loaded, AsyncInvokeConfig asyncBase) {
        deployed.put(definition.name(), new Deployed(definition, loaded, asyncBase));
        await(dispatcher.deploy(definition, loaded));
    }

    private void reserveOrRefuse(FunctionDefinition definition) {
        if (ledger.reserve(definition.name(), definition.reservedConcurrency()).isPresent()) {
            throw new ReservationTooHigh(
                    definition.name(), definition.reservedConcurrency().orElse(0), minimumUnreserved);
        }
    }

    private RegisteredFunction require(FunctionName name, Optional<String> expectedRevision) {
        RegisteredFunction found = registry.find(name).orElseThrow(() -> new FunctionUnknown(name));
        if (expectedRevision.isPresent() && !expectedRevision.get().equals(found.revisionId())) {
            throw new RevisionMismatch(name, expectedRevision.get(), found.revisionId());
        }
        return found;
    }

    private Deployed requireDeployed(FunctionName name) {
        Deployed found = deployed.get(name);
        if (found == null) {
            throw new FunctionUnknown(name);
        }
        return found;
    }

    private <T> Future<T> change(Callable<T> change) {
        return oneByOne.executeBlocking(change);
    }

    // On the thread of changes only.
    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }

    @Override
    public Future<PublishedVersion> publish(
            FunctionName name,
            Optional<String> expectedSha256,
            Optional<String> description,
            Optional<String> expectedRevision) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> deleteVersion(FunctionName name, int number) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Alias> createAlias(FunctionName name, Alias alias) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Alias> updateAlias(
            FunctionName name, String alias, UnaryOperator<Alias> change, Optional<String> expectedRevision) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> deleteAlias(FunctionName name, String alias) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<ProvisionedConcurrency> provision(FunctionName name, String qualifier, int environments) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> deleteProvisioned(FunctionName name, String qualifier) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<ProvisionedState> provisionedState(FunctionName name, String qualifier) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int unreservedConcurrency() {
        throw new UnsupportedOperationException();
    }
}
