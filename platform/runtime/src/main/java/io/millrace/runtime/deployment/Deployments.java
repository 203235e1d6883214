package io.millrace.runtime.deployment;

import static io.millrace.runtime.deployment.Changes.await;
import static io.millrace.runtime.deployment.Changes.orUndo;

import io.millrace.broker.management.BrokerManagement;
import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.SoleWorker;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.deployment.Changes.Accepted;
import io.millrace.runtime.deployment.RunningFunctions.Running;
import io.millrace.runtime.dispatch.Dispatcher;
import io.millrace.runtime.environment.ExecutionEnvironments;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.AliasRules;
import io.millrace.runtime.registry.Changed;
import io.millrace.runtime.registry.CodeChange;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.EventInvokeConfig;
import io.millrace.runtime.registry.EventInvokeRules;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionExists;
import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.ProvisionedConcurrency;
import io.millrace.runtime.registry.ProvisionedRules;
import io.millrace.runtime.registry.ProvisionedRules.Budget;
import io.millrace.runtime.registry.ProvisionedState;
import io.millrace.runtime.registry.PublishedVersion;
import io.millrace.runtime.registry.Publishing;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Creates, changes and removes functions, one change after the other on a thread of its own. What can fail comes before
 * what cannot be taken back. A creation, and an update of code or configuration, is answered when its code is checked
 * and it is stored; queues and workers follow, and a start ends what a stop left in between (lambda-semantics 6.2).
 */
public final class Deployments implements FunctionAdministration, AutoCloseable {
    private static final long UPKEEP_MILLIS = 60_000;

    private final FunctionRegistry registry;
    private final Changes changes;
    private final DeployedVersions versions;
    private final FunctionQueues queues;
    private final BrokerPolicies policies;
    private final Dispatcher dispatcher;
    private final SoleWorker worker;
    private final ConcurrencyLedger ledger;
    private final Reservations reservations;
    private final Allocations allocations;
    private final RunningFunctions running;
    private final StoredChanges stored;
    private final TurnsAfterStart turns;
    private final SecondSteps secondSteps;
    private final FunctionUpkeep upkeep;
    private final int minimumUnreserved;
    private final AsyncInvokeConfig asyncDefaults;
    private final Clock clock;
    private final Vertx vertx;
    private final long upkeepTimer;

    /**
     * @param asyncDefaults for what a function does not set itself
     * @param noted a file in the data directory that outlives this process; need not exist
     */
    public Deployments(
            Vertx vertx,
            FunctionRegistry registry,
            ExecutionEnvironments environments,
            BrokerManagement broker,
            Dispatcher dispatcher,
            SoleWorker worker,
            int minimumUnreserved,
            AsyncInvokeConfig asyncDefaults,
            Clock clock,
            Path noted) {
        this.registry = registry;
        this.dispatcher = dispatcher;
        this.worker = worker;
        this.ledger = worker.ledger();
        this.minimumUnreserved = minimumUnreserved;
        this.asyncDefaults = asyncDefaults;
        this.clock = clock;
        this.changes = new Changes(vertx);
        this.versions = new DeployedVersions(vertx, registry, environments, ledger);
        this.queues = new FunctionQueues(broker);
        this.policies = new BrokerPolicies(queues, new PolicyMark(noted));
        this.reservations = new Reservations(ledger, minimumUnreserved);
        this.allocations = new Allocations(ledger);
        LateWorkers late = new LateWorkers();
        this.running = new RunningFunctions(versions, dispatcher, allocations, late);
        DeploymentParts parts = new DeploymentParts(
                changes,
                registry,
                versions,
                queues,
                policies,
                dispatcher,
                reservations,
                allocations,
                running,
                asyncDefaults);
        this.stored = new StoredChanges(parts);
        this.turns = new TurnsAfterStart(parts, late);
        this.secondSteps = new SecondSteps(parts);
        this.upkeep = new FunctionUpkeep(parts, turns, secondSteps);
        this.vertx = vertx;
        this.upkeepTimer = vertx.setPeriodic(UPKEEP_MILLIS, now -> upkeep.now());
    }

    /**
     * Starts every stored function. Code is loaded when it is first used: one function that cannot run here must not
     * keep the others from running. Of many functions most are attached to their queues after this, in turn: those first
     * that have something to do, and any at once that is used (docs/adr/0009).
     */
    public Future<Void> deployStored() {
        return upkeep.start();
    }

    /** Has a function take what is in its queues now, if its turn has not come yet since the start. From any thread. */
    public void wake(FunctionName name) {
        turns.wake(name);
    }

    /** Makes again what a broker lost that came back without its data. */
    public Future<Void> ensureQueues() {
        return upkeep.brokerIsBack();
    }

    /** Runs an object or class of the embedding service; replaces a function of the same name. */
    public Future<Void> deployEmbedded(FunctionDefinition definition, HandlerSource source) {
        return changes.run(() -> {
            LazyEnvironments loaded = versions.of(definition, source).loadNow();
            // It may hide a stored function of its name, whose policy is another.
            policies.set(() -> queues.ensure(definition.name(), AsyncInvokeConfigs.same(definition.async())));
            reservations.reserve(definition);
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
            RegisteredFunction function = RegisteredFunction.created(
                            definition.name(), configuration, Optional.empty(), clock.instant())
                    .withReservedConcurrency(definition.reservedConcurrency());
            registry.save(function);
            running.start(function, loaded, definition.async());
            return null;
        });
    }

    /** The definition a function runs with now. From memory. */
    public Optional<FunctionDefinition> definition(FunctionName name) {
        return running.find(name).map(Running::definition);
    }

    /** How asynchronous invocations of a function that exists are treated. From memory. */
    public Optional<AsyncInvokeConfigs> async(FunctionName name) {
        return running.find(name).map(Running::async);
    }

    /** The longest timeout of all versions of a function that exists. From memory. */
    public Optional<Duration> longestTimeout(FunctionName name) {
        return running.find(name).map(Running::longestTimeout);
    }

    @Override
    public Optional<RegisteredFunction> find(FunctionName name) {
        // What is stored and could not be started yet does not exist for callers, unless it is just being made.
        return registry.find(name)
                .filter(function -> running.has(name) || !function.state().isDeployable());
    }

    @Override
    public List<RegisteredFunction> all() {
        return registry.all();
    }

    @Override
    public Stream<RegisteredFunction> from(Optional<FunctionName> first) {
        return registry.from(first);
    }

    @Override
    public Future<Changed> create(
            FunctionName name, FunctionConfiguration configuration, byte[] archive, boolean publish) {
        return stored.inTwoSteps(() -> {
            if (registry.find(name).isPresent()) {
                throw new FunctionExists(name);
            }
            CodeReference code = registry.storeCode(archive);
            RegisteredFunction created = registry.numbered(
                    RegisteredFunction.created(name, configuration, Optional.of(code), clock.instant()));
            LazyEnvironments loaded = versions.loadLatest(created, asyncDefaults);
            Changed pending = Changed.of(created, publish).pending();
            orUndo(() -> registry.save(pending.function()), loaded::close);
            return new Accepted<>(pending, () -> secondSteps.activate(pending.function(), loaded));
        });
    }

    @Override
    public Future<Changed> updateCode(FunctionName name, CodeChange change) {
        return stored.inTwoSteps(name, () -> {
            RegisteredFunction before = stored.require(name, change.expectedRevision());
            CodeReference code = registry.storeCode(change.archive());
            RegisteredFunction after = before.withCode(code, change.architecture(), clock.instant());
            return accepted(before, Changed.of(after, change.publish()).updating());
        });
    }

    private Accepted<Changed> accepted(RegisteredFunction before, Changed updating) {
        Running old = stored.requireRunning(before.name());
        LazyEnvironments loaded = versions.loadLatest(updating.function(), old.asyncBase());
        orUndo(() -> registry.save(updating.function()), loaded::close);
        return new Accepted<>(updating, () -> secondSteps.replace(before, old, updating.function(), loaded));
    }

    @Override
    public Future<RegisteredFunction> settled(FunctionName name) {
        // Behind all that was accepted, as there is one thread for changes.
        return changes.run(() -> stored.require(name));
    }

    @Override
    public Future<Changed> tryCode(FunctionName name, CodeChange change) {
        return changes.run(() -> {
            RegisteredFunction before = stored.require(name, change.expectedRevision());
            AsyncInvokeConfig asyncBase = stored.requireRunning(name).asyncBase();
            CodeReference code =
                    registry.examineCode(change.archive(), file -> versions.tryLatest(before, file, asyncBase));
            RegisteredFunction after = before.withCode(code, change.architecture(), before.lastModified());
            Changed changed = Changed.of(after, change.publish());
            return changed.with(changed.function().withRevision(before.revisionId()));
        });
    }

    @Override
    public Future<RegisteredFunction> updateConfiguration(
            FunctionName name, UnaryOperator<FunctionConfiguration> changed, Optional<String> expectedRevision) {
        return stored.inTwoSteps(name, () -> {
                    RegisteredFunction before = stored.require(name, expectedRevision);
                    if (before.code().isEmpty()) {
                        throw new InvalidCode("function '" + name + "' is part of the service that embeds the platform;"
                                + " its configuration is changed there");
                    }
                    RegisteredFunction after =
                            before.withConfiguration(changed.apply(before.configuration()), clock.instant());
                    return accepted(before, Changed.of(after, false).updating());
                })
                .map(Changed::function);
    }

    @Override
    public Future<Void> delete(FunctionName name) {
        return stored.run(() -> {
            RegisteredFunction function = stored.require(name);
            if (!function.state().isDeployable()) {
                await(queues.removeUnused(name));
                registry.delete(name);
                return null;
            }
            Running old = stored.requireRunning(name);
            await(dispatcher.remove(name));
            // Its queues may hold events still: it goes on as before.
            Runnable goOn = () -> running.start(function, old.latest(), old.asyncBase());
            orUndo(() -> await(queues.remove(name)), goOn);
            // Last, as a server that is killed in between makes the queues of what is stored again.
            orUndo(() -> registry.delete(name), () -> {
                await(queues.ensure(name, old.async()));
                goOn.run();
            });
            running.remove(name);
            allocations.forget(name);
            ledger.forget(name);
            versions.closeAll(old.deployed());
            await(dispatcher.forget(name));
            return null;
        });
    }

    @Override
    public Future<RegisteredFunction> reserve(FunctionName name, OptionalInt permits) {
        return stored.run(() -> {
            RegisteredFunction before = stored.require(name);
            stored.requireRunning(name);
            ProvisionedRules.requireReservable(before, permits);
            reservations.reserve(name, permits);
            return stored.save(
                    before.withReservedConcurrency(permits),
                    () -> reservations.reserve(name, before.reservedConcurrency()));
        });
    }

    @Override
    public Future<RegisteredFunction> configureAsync(
            FunctionName name, String qualifier, UnaryOperator<Optional<EventInvokeConfig>> change) {
        return stored.run(() -> {
            RegisteredFunction before = stored.require(name);
            return stored.save(EventInvokeRules.configure(before, qualifier, change));
        });
    }

    @Override
    public Future<PublishedVersion> publish(
            FunctionName name,
            Optional<String> expectedSha256,
            Optional<String> description,
            Optional<String> expectedRevision) {
        return stored.whenSettled(
                name,
                () -> stored.run(() -> {
                    RegisteredFunction before = stored.require(name);
                    stored.requireRunning(name);
                    Publishing.Result result =
                            Publishing.publish(before, expectedSha256, description, expectedRevision);
                    if (!result.function().revisionId().equals(before.revisionId())) {
                        stored.save(result.function());
                    }
                    return result.version();
                }));
    }

    @Override
    public Future<Void> deleteVersion(FunctionName name, int number) {
        return stored.run(() -> {
            RegisteredFunction after = Publishing.withoutVersion(stored.require(name), number);
            registry.forgetPolicy(name, Integer.toString(number));
            stored.saveProvisioned(after);
            ledger.forget(name, Integer.toString(number));
            return null;
        });
    }

    @Override
    public Future<Alias> createAlias(FunctionName name, Alias alias) {
        return stored.run(() -> {
            stored.saveProvisioned(AliasRules.create(stored.require(name), alias));
            return alias;
        });
    }

    @Override
    public Future<Alias> updateAlias(
            FunctionName name, String alias, UnaryOperator<Alias> change, Optional<String> expectedRevision) {
        return stored.run(() -> {
            RegisteredFunction after = AliasRules.update(stored.require(name), alias, change, expectedRevision);
            return stored.saveProvisioned(after).published().alias(alias).orElseThrow();
        });
    }

    @Override
    public Future<Void> deleteAlias(FunctionName name, String alias) {
        return stored.run(() -> {
            RegisteredFunction after = AliasRules.delete(stored.require(name), alias);
            registry.forgetPolicy(name, alias); // First: what it grants must not wait for the next of that name.
            stored.saveProvisioned(after);
            return null;
        });
    }

    @Override
    public Future<ProvisionedConcurrency> provision(FunctionName name, String qualifier, int environments) {
        return stored.run(() -> {
            Budget budget = new Budget(ledger.unreservedLimit(), minimumUnreserved);
            RegisteredFunction after =
                    ProvisionedRules.provision(stored.require(name), qualifier, environments, budget, clock.instant());
            return stored.saveProvisioned(after)
                    .published()
                    .provisioned(qualifier)
                    .orElseThrow();
        });
    }

    @Override
    public Future<Void> deleteProvisioned(FunctionName name, String qualifier) {
        return stored.run(() -> {
            RegisteredFunction before = stored.require(name);
            stored.saveProvisioned(before.withPublished(before.published().withoutProvisioned(qualifier)));
            return null;
        });
    }

    @Override
    public Future<Void> revise(FunctionName name, String qualifier, Runnable change) {
        return stored.run(() -> {
            RegisteredFunction before = stored.require(name);
            stored.requireRunning(name);
            change.run();
            stored.save(before.withNewRevision(qualifier));
            return null;
        });
    }

    @Override
    public Optional<ProvisionedState> provisionedState(FunctionName name, String qualifier) {
        return find(name).flatMap(function -> allocations.state(function, qualifier));
    }

    @Override
    public int accountConcurrency() {
        return ledger.accountLimit();
    }

    @Override
    public synchronized void resizeAccount(int permits) {
        worker.resizeAccount(permits);
        dispatcher.roomAgain();
    }

    @Override
    public int unreservedConcurrency() {
        return ledger.unreservedLimit();
    }

    @Override
    public void close() {
        turns.close();
        vertx.cancelTimer(upkeepTimer);
    }
}
