package io.millrace.runtime.deployment;

import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionDefinition;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.dispatch.DeployedFunction;
import io.millrace.runtime.dispatch.DeployedFunction.AliasTarget;
import io.millrace.runtime.dispatch.DeployedVersion;
import io.millrace.runtime.dispatch.PlatformErrors;
import io.millrace.runtime.environment.ExecutionEnvironments;
import io.millrace.runtime.environment.FunctionEnvironments;
import io.millrace.runtime.environment.HandlerSource;
import io.millrace.runtime.environment.InvalidHandlerException;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.PublishedVersion;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Makes the environments of versions, and puts them together to what a function can run. Thread-safe. */
final class DeployedVersions {
    private static final int LOADING_THREADS = 4;
    private static final Duration KEPT_UNUSED = Duration.ofMinutes(15);

    private final FunctionRegistry registry;
    private final ExecutionEnvironments environments;
    private final ConcurrencyLedger ledger;
    private final WorkerExecutor loading;
    /** Of published versions; what is closed goes with the next look. */
    private final Set<LazyEnvironments> mayUnload = ConcurrentHashMap.newKeySet();

    DeployedVersions(
            Vertx vertx, FunctionRegistry registry, ExecutionEnvironments environments, ConcurrencyLedger ledger) {
        this.registry = registry;
        this.environments = environments;
        this.ledger = ledger;
        this.loading = vertx.createSharedWorkerExecutor("millrace-code", LOADING_THREADS);
    }

    LazyEnvironments of(FunctionDefinition definition, HandlerSource source) {
        FunctionName name = definition.name();
        String version = definition.version();
        return new LazyEnvironments(
                () -> load(definition, source, () -> ledger.environmentsRetired(name, version, 1)),
                environments.inThisProcess(definition, source),
                task -> loading.executeBlocking(
                        () -> {
                            task.run();
                            return null;
                        },
                        false),
                failed -> PlatformErrors.of("Runtime.InvalidEntrypoint", String.valueOf(failed.getMessage())));
    }

    private FunctionEnvironments load(FunctionDefinition definition, HandlerSource source, Runnable whenRetired) {
        try {
            return environments.deploy(definition, source, whenRetired);
        } catch (InvalidHandlerException invalid) {
            throw new InvalidCode(String.valueOf(invalid.getMessage()), invalid);
        }
    }

    LazyEnvironments ofLatest(RegisteredFunction function, AsyncInvokeConfig asyncBase) {
        CodeReference code = function.code()
                .orElseThrow(() -> new InvalidCode("function '" + function.name() + "' has no code of its own"));
        return of(function.definition(asyncBase), source(code, function.configuration()));
    }

    /**
     * Blocks on the disk.
     *
     * @throws InvalidCode if it cannot run
     */
    LazyEnvironments loadLatest(RegisteredFunction function, AsyncInvokeConfig asyncBase) {
        return ofLatest(function, asyncBase).loadNow();
    }

    /**
     * Loads code as {@link #loadLatest} does, and lets go of it. Blocks on the disk.
     *
     * @throws InvalidCode if it cannot run
     */
    void tryLatest(RegisteredFunction function, Path archive, AsyncInvokeConfig asyncBase) {
        HandlerSource source = new HandlerSource.Archive(
                archive, registry.layers().layerFiles(function.configuration().layers()));
        of(function.definition(asyncBase), source).loadNow().close();
    }

    private HandlerSource source(CodeReference code, FunctionConfiguration configuration) {
        return new HandlerSource.Archive(
                registry.codeFile(code), registry.layers().layerFiles(configuration.layers()));
    }

    /** What was published keeps the environments it has. */
    DeployedFunction assemble(
            RegisteredFunction function,
            LazyEnvironments latest,
            AsyncInvokeConfig asyncBase,
            Optional<DeployedFunction> before) {
        Map<String, DeployedVersion> published = new HashMap<>();
        for (PublishedVersion version : function.published().versions().values()) {
            FunctionDefinition definition = function.definition(version, asyncBase);
            published.put(
                    version.qualifier(),
                    new DeployedVersion(
                            definition,
                            before.flatMap(running -> Optional.ofNullable(
                                            running.published().get(version.qualifier())))
                                    .map(DeployedVersion::environments)
                                    .orElseGet(() -> ofPublished(definition, version))));
        }
        Map<String, AliasTarget> aliases = new HashMap<>();
        function.published().aliases().forEach((name, alias) -> aliases.put(name, target(alias)));
        return new DeployedFunction(
                new DeployedVersion(function.definition(asyncBase), latest),
                published,
                aliases,
                function.asyncConfigs(asyncBase));
    }

    private LazyEnvironments ofPublished(FunctionDefinition definition, PublishedVersion version) {
        LazyEnvironments made = of(definition, source(version.code(), version.configuration()));
        mayUnload.add(made);
        return made;
    }

    private static AliasTarget target(Alias alias) {
        return new AliasTarget(
                alias.functionVersion(),
                alias.routing().map(Alias.Routing::additionalVersion),
                alias.routing().map(Alias.Routing::weight).orElse(0.0));
    }

    /** Ends the environments that only {@code replaced} has. */
    void closeUnused(DeployedFunction replaced, DeployedFunction after) {
        if (replaced.latest().environments() != after.latest().environments()) {
            close(replaced.latest());
        }
        replaced.published().forEach((number, version) -> {
            if (!after.published().containsKey(number)) {
                close(version);
            }
        });
    }

    void closeAll(DeployedFunction function) {
        close(function.latest());
        function.published().values().forEach(this::close);
    }

    private void close(DeployedVersion version) {
        version.environments().close();
        mayUnload.remove(version.environments());
    }

    /** Lets go of the code of published versions that nobody uses. */
    void unloadIdle() {
        mayUnload.forEach(each -> each.unloadIfUnusedFor(KEPT_UNUSED));
    }
}
