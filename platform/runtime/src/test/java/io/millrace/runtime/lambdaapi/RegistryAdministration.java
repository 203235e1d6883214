package io.millrace.runtime.lambdaapi;

import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.ConcurrencyRules;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.AliasRules;
import io.millrace.runtime.registry.Changed;
import io.millrace.runtime.registry.CodeChange;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.EventInvokeConfig;
import io.millrace.runtime.registry.EventInvokeRules;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionExists;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.ReservationTooHigh;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.FunctionState;
import io.millrace.runtime.registry.ProvisionedConcurrency;
import io.millrace.runtime.registry.ProvisionedRules;
import io.millrace.runtime.registry.ProvisionedState;
import io.millrace.runtime.registry.PublishedVersion;
import io.millrace.runtime.registry.Publishing;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Administers the real registry and a real ledger, without environments and broker. */
public final class RegistryAdministration implements FunctionAdministration {
    public static final int ACCOUNT = 1000;
    private static final int MINIMUM_UNRESERVED = 100;

    private final Vertx vertx;
    private final FunctionRegistry registry;
    private final ConcurrencyLedger ledger =
            new ConcurrencyLedger(new ConcurrencyRules(ACCOUNT, MINIMUM_UNRESERVED, 10, 1000), System::nanoTime);
    private final InstantSource clock;
    private final Environments environments;
    private volatile boolean isHolding;

    public RegistryAdministration(Vertx vertx, FunctionRegistry registry, Clock clock) {
        this(vertx, registry, clock, (function, version, wanted) -> {});
    }

    public RegistryAdministration(
            Vertx vertx, FunctionRegistry registry, InstantSource clock, Environments environments) {
        this.vertx = vertx;
        this.registry = registry;
        this.clock = clock;
        this.environments = environments;
    }

    /** From now on changes are accepted and not done, until {@link #settle}. */
    void hold() {
        isHolding = true;
    }

    /** Ends the change of a function. */
    void settle(FunctionName name, FunctionState state) {
        isHolding = false;
        registry.settle(registry.find(name).orElseThrow().settled(state));
    }

    /** Told of provisioned concurrency, 0 when it ends. */
    @FunctionalInterface
    public interface Environments {
        void keep(FunctionName function, String version, int wanted);
    }

    @Override
    public Optional<RegisteredFunction> find(FunctionName name) {
        return registry.find(name);
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
        return vertx.executeBlocking(() -> {
            if (registry.find(name).isPresent()) {
                throw new FunctionExists(name);
            }
            RegisteredFunction created =
                    RegisteredFunction.created(name, configuration, Optional.of(registry.storeCode(archive)), now());
            Changed changed = Changed.of(registry.numbered(created), publish);
            return saved(isHolding ? changed.pending() : changed);
        });
    }

    @Override
    public Future<Changed> updateCode(FunctionName name, CodeChange change) {
        return vertx.executeBlocking(() -> {
            RegisteredFunction before = settled(name, change.expectedRevision());
            Changed changed = Changed.of(
                    before.withCode(registry.storeCode(change.archive()), change.architecture(), now()),
                    change.publish());
            return saved(isHolding ? changed.updating() : done(changed));
        });
    }

    @Override
    public Future<Changed> tryCode(FunctionName name, CodeChange change) {
        return vertx.executeBlocking(() -> {
            RegisteredFunction before = existing(name, change.expectedRevision());
            CodeReference code = registry.examineCode(change.archive(), file -> {});
            Changed changed =
                    Changed.of(before.withCode(code, change.architecture(), before.lastModified()), change.publish());
            return changed.with(changed.function().withRevision(before.revisionId()));
        });
    }

    @Override
    public Future<RegisteredFunction> settled(FunctionName name) {
        return Future.succeededFuture(existing(name, Optional.empty()));
    }

    private RegisteredFunction settled(FunctionName name, Optional<String> expectedRevision) {
        registry.find(name).ifPresent(Publishing::requireSettled);
        return existing(name, expectedRevision);
    }

    private static Changed done(Changed changed) {
        return changed.with(changed.function().withState(FunctionState.ACTIVE));
    }

    private Changed saved(Changed changed) {
        return changed.with(saved(changed.function()));
    }

    @Override
    public Future<RegisteredFunction> updateConfiguration(
            FunctionName name, UnaryOperator<FunctionConfiguration> change, Optional<String> expectedRevision) {
        return vertx.executeBlocking(() -> {
            RegisteredFunction current = settled(name, expectedRevision);
            Changed changed =
                    Changed.of(current.withConfiguration(change.apply(current.configuration()), now()), false);
            return saved(isHolding ? changed.updating() : done(changed)).function();
        });
    }

    @Override
    public Future<Void> delete(FunctionName name) {
        return vertx.executeBlocking(() -> {
            registry.delete(existing(name, Optional.empty()).name());
            return null;
        });
    }

    @Override
    public Future<RegisteredFunction> reserve(FunctionName name, OptionalInt permits) {
        return vertx.executeBlocking(() -> {
            ProvisionedRules.requireReservable(existing(name, Optional.empty()), permits);
            if (ledger.reserve(name, permits).isPresent()) {
                throw new ReservationTooHigh(name, permits.orElse(0), MINIMUM_UNRESERVED);
            }
            return saved(existing(name, Optional.empty()).withReservedConcurrency(permits));
        });
    }

    @Override
    public Future<RegisteredFunction> configureAsync(
            FunctionName name, String qualifier, UnaryOperator<Optional<EventInvokeConfig>> change) {
        return vertx.executeBlocking(
                () -> saved(EventInvokeRules.configure(existing(name, Optional.empty()), qualifier, change)));
    }

    @Override
    public Future<PublishedVersion> publish(
            FunctionName name,
            Optional<String> expectedSha256,
            Optional<String> description,
            Optional<String> expectedRevision) {
        return vertx.executeBlocking(() -> {
            Publishing.Result result =
                    Publishing.publish(settled(name, Optional.empty()), expectedSha256, description, expectedRevision);
            saved(result.function());
            return result.version();
        });
    }

    @Override
    public Future<Void> deleteVersion(FunctionName name, int number) {
        return vertx.executeBlocking(() -> {
            saved(Publishing.withoutVersion(existing(name, Optional.empty()), number));
            registry.forgetPolicy(name, Integer.toString(number));
            return null;
        });
    }

    @Override
    public Future<Alias> createAlias(FunctionName name, Alias alias) {
        return vertx.executeBlocking(() -> {
            saved(AliasRules.create(existing(name, Optional.empty()), alias));
            return alias;
        });
    }

    @Override
    public Future<Alias> updateAlias(
            FunctionName name, String alias, UnaryOperator<Alias> change, Optional<String> expectedRevision) {
        return vertx.executeBlocking(
                () -> saved(AliasRules.update(existing(name, Optional.empty()), alias, change, expectedRevision))
                        .published()
                        .alias(alias)
                        .orElseThrow());
    }

    @Override
    public Future<Void> deleteAlias(FunctionName name, String alias) {
        return vertx.executeBlocking(() -> {
            saved(AliasRules.delete(existing(name, Optional.empty()), alias));
            registry.forgetPolicy(name, alias);
            return null;
        });
    }

    @Override
    public Future<Void> revise(FunctionName name, String qualifier, Runnable change) {
        return vertx.executeBlocking(() -> {
            RegisteredFunction before = existing(name, Optional.empty());
            change.run();
            saved(before.withNewRevision(qualifier));
            return null;
        });
    }

    @Override
    public Future<ProvisionedConcurrency> provision(FunctionName name, String qualifier, int wanted) {
        return vertx.executeBlocking(() -> {
            RegisteredFunction function = saved(ProvisionedRules.provision(
                    existing(name, Optional.empty()),
                    qualifier,
                    wanted,
                    new ProvisionedRules.Budget(unreservedConcurrency(), MINIMUM_UNRESERVED),
                    now()));
            environments.keep(name, version(function, qualifier), wanted);
            return function.published().provisioned(qualifier).orElseThrow();
        });
    }

    @Override
    public Future<Void> deleteProvisioned(FunctionName name, String qualifier) {
        return vertx.executeBlocking(() -> {
            RegisteredFunction function = existing(name, Optional.empty());
            saved(function.withPublished(function.published().withoutProvisioned(qualifier)));
            environments.keep(name, version(function, qualifier), 0);
            return null;
        });
    }

    private static String version(RegisteredFunction function, String qualifier) {
        return function.published().alias(qualifier).map(Alias::functionVersion).orElse(qualifier);
    }

    /** Every environment is there as soon as it is wanted. */
    @Override
    public Optional<ProvisionedState> provisionedState(FunctionName name, String qualifier) {
        return registry.find(name)
                .flatMap(function -> function.published().provisioned(qualifier))
                .map(config -> new ProvisionedState(
                        config.requested(),
                        config.requested(),
                        config.requested(),
                        ProvisionedState.Status.READY,
                        Optional.empty()));
    }

    @Override
    public int accountConcurrency() {
        return ledger.accountLimit();
    }

    @Override
    public void resizeAccount(int permits) {
        ledger.resizeAccount(permits);
    }

    @Override
    public int unreservedConcurrency() {
        return accountConcurrency()
                - registry.all().stream().mapToInt(ProvisionedRules::claim).sum();
    }

    private RegisteredFunction existing(FunctionName name, Optional<String> expectedRevision) {
        RegisteredFunction current = registry.find(name).orElseThrow(() -> new FunctionUnknown(name));
        Publishing.requireRevision(current, expectedRevision);
        return current;
    }

    private RegisteredFunction saved(RegisteredFunction function) {
        registry.save(function);
        return function;
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }
}
