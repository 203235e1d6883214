package io.millrace.runtime.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.dispatch.Dispatcher;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.observe.Meters;
import io.millrace.runtime.registry.Document;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.registry.Publications;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shadows of all functions, as they are kept. One change after the other on a thread of its own; once a second what
 * runs is made to be what is kept, and what its function, version or alias has gone from is forgotten. Thread-safe.
 */
public final class Shadows {
    private static final Logger LOGGER = LoggerFactory.getLogger(Shadows.class);
    private static final long LOOK_MILLIS = 1_000;
    private static final long PATIENCE_MINUTES = 2;

    private final DocumentShelf documents;
    private final Function<FunctionName, Optional<Publications>> published;
    private final BrokerManagement broker;
    private final ShadowParts parts;
    private final WorkerExecutor changes;
    private final Map<FunctionName, FunctionShadow> active = new ConcurrentHashMap<>();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long timer = -1;
    private volatile boolean closed;

    /**
     * @param connection for copies; what they cost is not to be of the workers' connection
     * @param published of a function that is stored, whether or not it runs
     */
    public Shadows(
            Vertx vertx,
            DocumentShelf documents,
            Function<FunctionName, Optional<Publications>> published,
            BrokerManagement broker,
            BrokerConnection connection,
            Dispatcher dispatcher,
            IdentitySettings identity,
            Meters meters,
            InstantSource clock) {
        this.documents = documents;
        this.published = published;
        this.broker = broker;
        this.changes = vertx.createSharedWorkerExecutor("millrace-shadow-changes", 1);
        this.parts = new ShadowParts(
                vertx,
                new ShadowBudget(),
                broker,
                connection,
                new Publisher(connection),
                dispatcher,
                vertx.createSharedWorkerExecutor("millrace-shadow", 1),
                identity,
                meters,
                clock);
    }

    /** Goes on with what is kept. To be called once. */
    public Future<Void> resume() {
        timer = parts.vertx().setPeriodic(LOOK_MILLIS, now -> look());
        return changes.executeBlocking(
                () -> {
                    makeSo();
                    return null;
                },
                true);
    }

    private void look() {
        boolean nothing = active.isEmpty() && documents.all(DocumentKind.SHADOW).isEmpty();
        if (nothing || !looking.compareAndSet(false, true)) {
            return;
        }
        changes.executeBlocking(
                        () -> {
                            makeSo();
                            return null;
                        },
                        true)
                .onComplete(looked -> looking.set(false));
    }

    private void makeSo() {
        if (closed) {
            return;
        }
        for (Document kept : documents.all(DocumentKind.SHADOW)) {
            ShadowSetting setting = ShadowSetting.of(kept.content());
            attempt(setting.function(), () -> {
                if (!isPossible(setting)) {
                    end(setting.function());
                } else if (!runs(setting)) {
                    begin(setting);
                }
            });
        }
        for (FunctionName function : active.keySet()) {
            if (find(function).isEmpty()) {
                attempt(function, () -> end(function));
            }
        }
    }

    /** What fails is tried again at the next look. */
    private static void attempt(FunctionName function, Runnable change) {
        try {
            change.run();
        } catch (RuntimeException failed) {
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.FUNCTION, function)
                    .addKeyValue(LogKeys.REASON, failed.getMessage())
                    .log("a shadow is not as it should be; it is tried again");
        }
    }

    private boolean isPossible(ShadowSetting setting) {
        return published
                .apply(setting.function())
                .filter(all -> all.exists(setting.to()))
                .filter(all -> setting.of().isEmpty() || all.exists(setting.of()))
                .isPresent();
    }

    private boolean runs(ShadowSetting setting) {
        FunctionShadow running = active.get(setting.function());
        return running != null && running.isWatching() && running.setting().id().equals(setting.id());
    }

    Optional<Publications> published(FunctionName function) {
        return published.apply(function);
    }

    private Optional<ShadowSetting> find(FunctionName function) {
        return documents
                .find(DocumentKind.SHADOW, function.value(), FunctionArn.LATEST)
                .map(ShadowSetting::of);
    }

    /** @return when it is kept, and events are copied */
    Future<Void> set(ShadowSetting setting) {
        return changes.executeBlocking(
                () -> {
                    begin(setting);
                    keep(setting.function(), Optional.of(setting.document()));
                    return null;
                },
                true);
    }

    private void begin(ShadowSetting setting) {
        await(broker.createQueue(new QueueSpec(Topology.shadowAddress(setting.function()), true)));
        FunctionShadow shadow = new FunctionShadow(setting, parts);
        FunctionShadow before = active.put(setting.function(), shadow);
        if (before != null) {
            await(before.close());
        }
        shadow.open();
        await(parts.dispatcher().watch(setting.function(), Optional.of(shadow)));
        shadow.watching();
    }

    private void keep(FunctionName function, Optional<ObjectNode> document) {
        documents.change(DocumentKind.SHADOW, function.value(), FunctionArn.LATEST, before -> document);
    }

    /** @return when no event is copied any more, and none of the copies waits */
    Future<Void> off(FunctionName function) {
        return changes.executeBlocking(
                () -> {
                    end(function);
                    return null;
                },
                true);
    }

    /** What is not kept and still active has been ended by half; the next look ends it. */
    private void end(FunctionName function) {
        keep(function, Optional.empty());
        await(parts.dispatcher().watch(function, Optional.empty()));
        FunctionShadow before = active.get(function);
        if (before != null) {
            await(before.close());
        }
        await(broker.deleteQueue(Topology.shadowAddress(function))
                .recover(failure -> failure instanceof BrokerRefusedException // there is none any more
                        ? Future.succeededFuture()
                        : Future.failedFuture(failure)));
        active.remove(function);
    }

    /** What is set and what came of it; empty if there is no shadow. */
    Future<Optional<ObjectNode>> state(FunctionName function, int differences) {
        FunctionShadow shadow = active.get(function);
        return shadow == null || find(function).isEmpty()
                ? Future.succeededFuture(Optional.empty())
                : shadow.state(differences).map(Optional::of);
    }

    /** Takes no more copies; what is set stays so. */
    public Future<Void> close() {
        closed = true;
        parts.vertx().cancelTimer(timer);
        active.values()
                .forEach(shadow -> parts.dispatcher().watch(shadow.setting().function(), Optional.empty()));
        return Future.join(active.values().stream().map(FunctionShadow::close).toList())
                .mapEmpty();
    }

    private static <T> void await(Future<T> answered) {
        try {
            answered.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(PATIENCE_MINUTES, TimeUnit.MINUTES)
                    .join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }
}
