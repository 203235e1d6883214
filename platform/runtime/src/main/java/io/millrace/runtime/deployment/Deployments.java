package io.millrace.runtime.deployment;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.Topology;
import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.Refusal;
import io.millrace.core.concurrency.SoleWorker;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.dispatch.DeployedFunction;
import io.millrace.runtime.dispatch.Dispatcher;
import io.millrace.runtime.environment.ExecutionEnvironments;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.AliasRules;
import io.millrace.runtime.registry.Changed;
import io.millrace.runtime.registry.CodeChange;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.EventInvokeConfig;
import io.millrace.runtime.registry.EventInvokeRules;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionAdministrationException;
import io.millrace.runtime.registry.FunctionAdministrationException.ConcurrencyRefused;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionExists;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import io.millrace.runtime.registry.FunctionAdministrationException.NotUsable;
import io.millrace.runtime.registry.FunctionAdministrationException.ReservationTooHigh;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.FunctionState;
import io.millrace.runtime.registry.FunctionState.Phase;
import io.millrace.runtime.registry.ProvisionedConcurrency;
import io.millrace.runtime.registry.ProvisionedRules;
import io.millrace.runtime.registry.ProvisionedRules.Budget;
import io.millrace.runtime.registry.ProvisionedState;
import io.millrace.runtime.registry.PublishedVersion;
import io.millrace.runtime.registry.Publishing;
import io.millrace.runtime.registry.RegisteredFunction;
import io.millrace.runtime.registry.RegistryUnavailableException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates, changes and removes functions, one change after the other on a thread of its own. What can fail comes before
 * what cannot be taken back. A creation, and an update of code or configuration, is answered when its code is checked
 * and it is stored; queues and workers follow, and a start ends what a stop left in between (lambda-semantics 6.2).
 */
public final class Deployments implements FunctionAdministration, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Deployments.class);
    private static final long UPKEEP_MILLIS = 60_000;

    private final Vertx vertx;
    private final FunctionRegistry registry;
    private final DeployedVersions versions;
    private final FunctionQueues queues;
    private final Dispatcher dispatcher;
    private final SoleWorker worker;
    private final ConcurrencyLedger ledger;
    private final Allocations allocations;
    private final int minimumUnreserved;
    private final AsyncInvokeConfig asyncDefaults;
    private final Clock clock;
    private final WorkerExecutor oneByOne;
    private final long upkeep;
    private final LateWorkers late = new LateWorkers();
    private final PolicyMark mark;
    private volatile boolean markIsStale;
    /** Whether the broker has the policy of every stored function, for all that is known. */
    private volatile boolean policiesAreSet;

    private volatile boolean closed;
    private final Map<FunctionName, Deployed> deployed = new ConcurrentHashMap<>();

    /**
     * @param asyncDefaults for what a function does not set itself
     * @param policies a file in the data directory that outlives this process; need not exist
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
            Path policies) {
        ConcurrencyLedger ledger = worker.ledger();
        this.vertx = vertx;
        this.registry = registry;
        this.worker = worker;
        this.versions = new DeployedVersions(vertx, registry, environments, ledger);
        this.queues = new FunctionQueues(broker);
        this.mark = new PolicyMark(policies);
        this.dispatcher = dispatcher;
        this.ledger = ledger;
        this.allocations = new Allocations(ledger);
        this.minimumUnreserved = minimumUnreserved;
        this.asyncDefaults = asyncDefaults;
        this.clock = clock;
        this.oneByOne = vertx.createSharedWorkerExecutor("millrace-deployments", 1);
        this.upkeep = vertx.setPeriodic(UPKEEP_MILLIS, now -> upkeep());
    }

    /** @param asyncBase what an event invoke config is laid over */
    private record Deployed(DeployedFunction running, AsyncInvokeConfig asyncBase) {
        FunctionDefinition definition() {
            return running.definition();
        }

        FunctionName name() {
            return running.name();
        }

        AsyncInvokeConfigs async() {
            return running.async();
        }

        LazyEnvironments latest() {
            return (LazyEnvironments) running.latest().environments();
        }

        Duration longestTimeout() {
            Duration longest = definition().timeout();
            for (var version : running.published().values()) {
                Duration timeout = version.definition().timeout();
                longest = timeout.compareTo(longest) > 0 ? timeout : longest;
            }
            return longest;
        }
    }

    /**
     * Starts every stored function. Code is loaded when it is first used: one function that cannot run here must not
     * keep the others from running. Of many functions most are attached to their queues after this, in turn: those first
     * that have something to do, and any at once that is used (docs/adr/0009).
     */
    public Future<Void> deployStored() {
        return this.<Void>change(() -> {
                    ensureStored();
                    List<RegisteredFunction> stored = stored().toList();
                    await(dispatcher.enlist(
                            stored.stream().map(this::deployStored).toList()));
                    List<FunctionName> inOrder = Stream.concat(
                                    await(queues.busiest()).stream().filter(deployed::containsKey),
                                    stored.stream().map(RegisteredFunction::name))
                            .distinct()
                            .toList();
                    late.add(inOrder);
                    attachNext();
                    activatePending();
                    return null;
                })
                .onSuccess(started -> attachRest());
    }

    private Stream<RegisteredFunction> stored() {
        return registry.all().stream()
                .filter(function ->
                        function.state().isDeployable() && function.code().isPresent());
    }

    private Map<FunctionName, AsyncInvokeConfigs> storedConfigs() {
        return stored().collect(
                        Collectors.toMap(RegisteredFunction::name, function -> function.asyncConfigs(asyncDefaults)));
    }

    private void ensureStored() {
        Map<FunctionName, AsyncInvokeConfigs> configs = storedConfigs();
        String broker = await(queues.broker());
        if (mark.holds(broker, configs)) {
            await(queues.ensureQueues(configs));
        } else {
            await(queues.ensureAll(configs));
            mark.set(broker, configs);
        }
        policiesAreSet = true;
    }

    private DeployedFunction deployStored(RegisteredFunction function) {
        reserveOrRefuse(function.definition(asyncDefaults));
        allocations.claim(function);
        DeployedFunction running = versions.assemble(
                function, versions.ofLatest(function, asyncDefaults), asyncDefaults, Optional.empty());
        deployed.put(function.name(), new Deployed(running, asyncDefaults));
        allocations.allocate(function, running);
        if (function.state().phase() == Phase.UPDATING) {
            settle(function.settled(FunctionState.ACTIVE));
        }
        return running;
    }

    /** Has a function take what is in its queues now, if its turn has not come yet since the start. From any thread. */
    public void wake(FunctionName name) {
        if (late.take(name)) {
            dispatcher.attach(List.of(name));
        }
    }

    private void attachNext() {
        List<FunctionName> ready = withPolicies(late.next());
        await(dispatcher.attach(ready));
        late.done(ready);
    }

    /** Those whose policy is as it was set: somebody may have been at the broker meanwhile. */
    private List<FunctionName> withPolicies(List<FunctionName> batch) {
        Map<FunctionName, AsyncInvokeConfigs> configs = new HashMap<>();
        batch.forEach(name -> async(name).ifPresent(async -> configs.put(name, async)));
        try {
            await(queues.ensurePolicies(configs));
            return batch;
        } catch (BrokerRefusedException someOfThem) {
            return batch.stream().filter(this::hasPolicy).toList();
        }
    }

    private boolean hasPolicy(FunctionName name) {
        try {
            async(name).ifPresent(async -> await(queues.ensurePolicies(Map.of(name, async))));
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

    /** One batch is one change, so that others come in between. */
    private void attachRest() {
        if (late.isEmpty() || closed) {
            return;
        }
        change(() -> {
                    attachNext();
                    // Not faster than the broker follows: it has calls and events to deliver as well.
                    await(dispatcher.caughtUp().otherwiseEmpty());
                    return null;
                })
                .onSuccess(next -> attachRest())
                .onFailure(failed -> {
                    if (!closed) {
                        LOGGER.atWarn()
                                .addKeyValue(LogKeys.REASON, String.valueOf(failed.getMessage()))
                                .log("functions wait for the broker to be attached to their queues");
                    }
                });
    }

    private void upkeep() {
        versions.unloadIdle();
        late.tryAgain();
        attachRest();
        if (markIsStale && policiesAreSet) {
            change(() -> {
                String broker = await(queues.broker());
                markIsStale = false;
                mark.set(broker, storedConfigs());
                return null;
            });
        }
        if (pending().findAny().isPresent()) {
            change(() -> {
                activatePending();
                return null;
            });
        }
    }

    /** What a stop, or a broker that was away or gave no answer, left half created. */
    private void activatePending() {
        pending().forEach(function -> activate(function, versions.ofLatest(function, asyncDefaults)));
    }

    private Stream<RegisteredFunction> pending() {
        return registry.all().stream().filter(function -> function.state().phase() == Phase.PENDING);
    }

    /** Makes again what a broker lost that came back without its data. */
    public Future<Void> ensureQueues() {
        return this.<Void>change(() -> {
                    if (!deployed.isEmpty()) {
                        ensureDeployed();
                    }
                    activatePending();
                    return null;
                })
                .onSuccess(ensured -> attachRest());
    }

    private void ensureDeployed() {
        policiesAreSet = false;
        await(queues.ensureAll(deployed.values().stream().collect(Collectors.toMap(Deployed::name, Deployed::async))));
        policiesAreSet = true;
        markIsStale = true;
    }

    /** Runs an object or class of the embedding service; replaces a function of the same name. */
    public Future<Void> deployEmbedded(FunctionDefinition definition, HandlerSource source) {
        return change(() -> {
            LazyEnvironments loaded = versions.of(definition, source).loadNow();
            // It may hide a stored function of its name, whose policy is another.
            setPolicy(() -> queues.ensure(definition.name(), AsyncInvokeConfigs.same(definition.async())));
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
            RegisteredFunction function = RegisteredFunction.created(
                            definition.name(), configuration, Optional.empty(), clock.instant())
                    .withReservedConcurrency(definition.reservedConcurrency());
            registry.save(function);
            start(function, loaded, definition.async());
            return null;
        });
    }

    /** The definition a function runs with now. From memory. */
    public Optional<FunctionDefinition> definition(FunctionName name) {
        return Optional.ofNullable(deployed.get(name)).map(Deployed::definition);
    }

    /** How asynchronous invocations of a function that exists are treated. From memory. */
    public Optional<AsyncInvokeConfigs> async(FunctionName name) {
        return Optional.ofNullable(deployed.get(name)).map(Deployed::async);
    }

    /** The longest timeout of all versions of a function that exists. From memory. */
    public Optional<Duration> longestTimeout(FunctionName name) {
        return Optional.ofNullable(deployed.get(name)).map(Deployed::longestTimeout);
    }

    @Override
    public Optional<RegisteredFunction> find(FunctionName name) {
        // What is stored and could not be started yet does not exist for callers, unless it is just being made.
        return registry.find(name)
                .filter(function ->
                        deployed.containsKey(name) || !function.state().isDeployable());
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
        return inTwoSteps(() -> {
            if (registry.find(name).isPresent()) {
                throw new FunctionExists(name);
            }
            CodeReference code = registry.storeCode(archive);
            RegisteredFunction created = registry.numbered(
                    RegisteredFunction.created(name, configuration, Optional.of(code), clock.instant()));
            LazyEnvironments loaded = versions.loadLatest(created, asyncDefaults);
            Changed pending = Changed.of(created, publish).pending();
            orUndo(() -> registry.save(pending.function()), loaded::close);
            return new Accepted<>(pending, () -> activate(pending.function(), loaded));
        });
    }

    /** The second step of a creation. While the broker is away it stays to be done, and is when the broker is back. */
    private void activate(RegisteredFunction pending, LazyEnvironments latest) {
        try {
            await(queues.ensure(pending.name(), pending.asyncConfigs(asyncDefaults)));
            orUndo(() -> start(pending, latest, asyncDefaults), () -> {
                deployed.remove(pending.name());
                await(dispatcher.remove(pending.name()));
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

    @Override
    public Future<Changed> updateCode(FunctionName name, CodeChange change) {
        return inTwoSteps(name, () -> {
            RegisteredFunction before = require(name, change.expectedRevision());
            CodeReference code = registry.storeCode(change.archive());
            RegisteredFunction after = before.withCode(code, change.architecture(), clock.instant());
            return accepted(before, Changed.of(after, change.publish()).updating());
        });
    }

    private Accepted<Changed> accepted(RegisteredFunction before, Changed updating) {
        AsyncInvokeConfig asyncBase = requireDeployed(before.name()).asyncBase();
        LazyEnvironments loaded = versions.loadLatest(updating.function(), asyncBase);
        orUndo(() -> registry.save(updating.function()), loaded::close);
        return new Accepted<>(updating, () -> replace(before, updating.function(), loaded));
    }

    /** The second step of an update. */
    private void replace(RegisteredFunction before, RegisteredFunction updating, LazyEnvironments loaded) {
        Deployed running = requireDeployed(before.name());
        try {
            orUndo(
                    () -> start(updating, loaded, running.asyncBase()),
                    () -> start(before, running.latest(), running.asyncBase()));
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

    private void settle(RegisteredFunction function) {
        try {
            registry.settle(function);
        } catch (RegistryUnavailableException away) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.FUNCTION, function.name())
                    .addKeyValue(LogKeys.REASON, away.getMessage())
                    .log("the end of a change is not stored, the next start ends it again");
        }
    }

    @Override
    public Future<RegisteredFunction> settled(FunctionName name) {
        // Behind all that was accepted, as there is one thread for changes.
        return change(() -> require(name, Optional.empty()));
    }

    @Override
    public Future<Changed> tryCode(FunctionName name, CodeChange change) {
        return change(() -> {
            RegisteredFunction before = require(name, change.expectedRevision());
            AsyncInvokeConfig asyncBase = requireDeployed(name).asyncBase();
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
        return inTwoSteps(name, () -> {
                    RegisteredFunction before = require(name, expectedRevision);
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
        return storedChange(() -> {
            RegisteredFunction function = require(name, Optional.empty());
            if (!function.state().isDeployable()) {
                await(queues.removeUnused(name));
                registry.delete(name);
                return null;
            }
            Deployed running = requireDeployed(name);
            await(dispatcher.remove(name));
            // Its queues may hold events still: it goes on as before.
            Runnable goOn = () -> start(function, running.latest(), running.asyncBase());
            orUndo(() -> await(queues.remove(name)), goOn);
            // Last, as a server that is killed in between makes the queues of what is stored again.
            orUndo(() -> registry.delete(name), () -> {
                await(queues.ensure(name, running.async()));
                goOn.run();
            });
            deployed.remove(name);
            allocations.forget(name);
            ledger.forget(name);
            versions.closeAll(running.running());
            await(dispatcher.forget(name));
            return null;
        });
    }

    @Override
    public Future<RegisteredFunction> reserve(FunctionName name, OptionalInt permits) {
        return storedChange(() -> {
            RegisteredFunction before = require(name, Optional.empty());
            requireDeployed(name);
            ProvisionedRules.requireReservable(before, permits);
            reserveOrRefuse(name, permits);
            return saveAndStart(
                    before.withReservedConcurrency(permits), () -> reserveOrRefuse(name, before.reservedConcurrency()));
        });
    }

    @Override
    public Future<RegisteredFunction> configureAsync(
            FunctionName name, String qualifier, UnaryOperator<Optional<EventInvokeConfig>> change) {
        return storedChange(() -> {
            RegisteredFunction before = require(name, Optional.empty());
            return saveAndStart(EventInvokeRules.configure(before, qualifier, change), () -> {});
        });
    }

    @Override
    public Future<PublishedVersion> publish(
            FunctionName name,
            Optional<String> expectedSha256,
            Optional<String> description,
            Optional<String> expectedRevision) {
        return whenSettled(
                name,
                () -> storedChange(() -> {
                    RegisteredFunction before = require(name, Optional.empty());
                    requireDeployed(name);
                    Publishing.Result result =
                            Publishing.publish(before, expectedSha256, description, expectedRevision);
                    if (!result.function().revisionId().equals(before.revisionId())) {
                        saveAndStart(result.function(), () -> {});
                    }
                    return result.version();
                }));
    }

    @Override
    public Future<Void> deleteVersion(FunctionName name, int number) {
        return storedChange(() -> {
            RegisteredFunction after = Publishing.withoutVersion(require(name, Optional.empty()), number);
            registry.forgetPolicy(name, Integer.toString(number));
            changePublished(after);
            ledger.forget(name, Integer.toString(number));
            return null;
        });
    }

    @Override
    public Future<Alias> createAlias(FunctionName name, Alias alias) {
        return storedChange(() -> {
            changePublished(AliasRules.create(require(name, Optional.empty()), alias));
            return alias;
        });
    }

    @Override
    public Future<Alias> updateAlias(
            FunctionName name, String alias, UnaryOperator<Alias> change, Optional<String> expectedRevision) {
        return storedChange(() -> {
            RegisteredFunction after =
                    AliasRules.update(require(name, Optional.empty()), alias, change, expectedRevision);
            return changePublished(after).published().alias(alias).orElseThrow();
        });
    }

    @Override
    public Future<Void> deleteAlias(FunctionName name, String alias) {
        return storedChange(() -> {
            RegisteredFunction after = AliasRules.delete(require(name, Optional.empty()), alias);
            registry.forgetPolicy(name, alias); // First: what it grants must not wait for the next of that name.
            changePublished(after);
            return null;
        });
    }

    @Override
    public Future<ProvisionedConcurrency> provision(FunctionName name, String qualifier, int environments) {
        return storedChange(() -> {
            Budget budget = new Budget(ledger.unreservedLimit(), minimumUnreserved);
            RegisteredFunction after = ProvisionedRules.provision(
                    require(name, Optional.empty()), qualifier, environments, budget, clock.instant());
            return changePublished(after).published().provisioned(qualifier).orElseThrow();
        });
    }

    @Override
    public Future<Void> deleteProvisioned(FunctionName name, String qualifier) {
        return storedChange(() -> {
            RegisteredFunction before = require(name, Optional.empty());
            changePublished(before.withPublished(before.published().withoutProvisioned(qualifier)));
            return null;
        });
    }

    @Override
    public Future<Void> revise(FunctionName name, String qualifier, Runnable change) {
        return storedChange(() -> {
            RegisteredFunction before = require(name, Optional.empty());
            requireDeployed(name);
            change.run();
            saveAndStart(before.withNewRevision(qualifier), () -> {});
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

    /** A change that may touch provisioned concurrency: the ledger has the last word before anything is stored. */
    private RegisteredFunction changePublished(RegisteredFunction after) {
        requireDeployed(after.name());
        allocations.claim(after);
        return saveAndStart(after, () -> allocations.giveBack(after));
    }

    private RegisteredFunction saveAndStart(RegisteredFunction after, Runnable undo) {
        Deployed running = requireDeployed(after.name());
        return saveAndStart(after, running.latest(), running.asyncBase(), undo);
    }

    /**
     * The queue of all qualifiers allows what any of them allows, so each that comes or goes may change its policy.
     *
     * @return puts the policy back
     */
    private Runnable applyPolicy(RegisteredFunction after, AsyncInvokeConfig asyncBase) {
        FunctionName name = after.name();
        Deployed running = deployed.get(name);
        AsyncInvokeConfigs configs = after.asyncConfigs(asyncBase);
        if (running == null
                || Topology.invokePolicy(name, running.async()).equals(Topology.invokePolicy(name, configs))) {
            return () -> {};
        }
        setPolicy(() -> queues.applyPolicy(name, configs));
        return () -> setPolicy(() -> queues.applyPolicy(name, running.async()));
    }

    /** @param undo takes back what was done for it already, should the disk fail now */
    private RegisteredFunction saveAndStart(
            RegisteredFunction after, LazyEnvironments latest, AsyncInvokeConfig asyncBase, Runnable undo) {
        orUndo(
                () -> {
                    Runnable undoPolicy = applyPolicy(after, asyncBase);
                    orUndo(() -> registry.save(after), undoPolicy);
                },
                undo);
        RegisteredFunction saved = registry.find(after.name()).orElseThrow();
        start(saved, latest, asyncBase);
        return saved;
    }

    /** From here on invocations run as the function is now. What they no longer use ends with its last attempt. */
    private void start(RegisteredFunction function, LazyEnvironments latest, AsyncInvokeConfig asyncBase) {
        Optional<DeployedFunction> before =
                Optional.ofNullable(deployed.get(function.name())).map(Deployed::running);
        DeployedFunction after = versions.assemble(function, latest, asyncBase, before);
        deployed.put(function.name(), new Deployed(after, asyncBase));
        late.take(function.name());
        await(dispatcher.deploy(after));
        before.ifPresent(replaced -> versions.closeUnused(replaced, after));
        allocations.allocate(function, after);
    }

    private void reserveOrRefuse(FunctionDefinition definition) {
        reserveOrRefuse(definition.name(), definition.reservedConcurrency());
    }

    private void reserveOrRefuse(FunctionName name, OptionalInt permits) {
        Optional<Refusal> refusal = ledger.reserve(name, permits);
        if (refusal.isEmpty()) {
            return;
        }
        if (refusal.get().reason() == Refusal.Reason.RESERVATION_BREAKS_MINIMUM) {
            throw new ReservationTooHigh(name, permits.orElse(0), minimumUnreserved);
        }
        throw new ConcurrencyRefused(
                name,
                Allocations.reason(refusal.get().reason()),
                permits.orElse(0),
                refusal.get().limit());
    }

    private RegisteredFunction require(FunctionName name, Optional<String> expectedRevision) {
        RegisteredFunction found = registry.find(name).orElseThrow(() -> new FunctionUnknown(name));
        Publishing.requireRevision(found, expectedRevision);
        return found;
    }

    private Deployed requireDeployed(FunctionName name) {
        Deployed found = deployed.get(name);
        if (found == null) {
            RegisteredFunction known = registry.find(name).orElseThrow(() -> new FunctionUnknown(name));
            throw new NotUsable(name, known.state().latest());
        }
        return found;
    }

    private static void orUndo(Runnable step, Runnable undo) {
        try {
            step.run();
        } catch (RuntimeException failed) {
            try {
                undo.run();
            } catch (RuntimeException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
            throw failed;
        }
    }

    /**
     * A change that is accepted when it is stored, and done afterwards.
     *
     * @param rest ends the change, before any other is begun; tells itself what fails
     */
    private record Accepted<T>(T reply, Runnable rest) {}

    private <T> Future<T> inTwoSteps(FunctionName name, Callable<Accepted<T>> first) {
        return whenSettled(name, () -> inTwoSteps(first));
    }

    private <T> Future<T> inTwoSteps(Callable<Accepted<T>> first) {
        Context caller = vertx.getOrCreateContext();
        Promise<T> stored = Promise.promise();
        storedChange(() -> {
                    Accepted<T> accepted = first.call();
                    caller.runOnContext(now -> stored.tryComplete(accepted.reply()));
                    accepted.rest().run();
                    return accepted;
                })
                .onFailure(stored::tryFail);
        return stored.future();
    }

    /** Refused at once while an earlier change is under way, as Lambda does; later, it would be its turn. */
    private <T> Future<T> whenSettled(FunctionName name, Supplier<Future<T>> change) {
        Optional<RegisteredFunction> known = registry.find(name);
        try {
            known.ifPresent(Publishing::requireSettled);
        } catch (FunctionAdministrationException refused) {
            return Future.failedFuture(refused);
        }
        return change.get();
    }

    /** Refused before anything is touched where the registry is away. */
    private <T> Future<T> storedChange(Callable<T> change) {
        return change(() -> {
            registry.requireWritable();
            markIsStale = true;
            return change.call();
        });
    }

    /** From here on the broker's policy may be another than the stored one: for a moment, or if this fails. */
    private void setPolicy(Supplier<Future<Void>> change) {
        boolean wereSet = policiesAreSet;
        policiesAreSet = false;
        markIsStale = true;
        mark.erase();
        await(change.get());
        policiesAreSet = wereSet;
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
    public void close() {
        closed = true;
        vertx.cancelTimer(upkeep);
    }
}
