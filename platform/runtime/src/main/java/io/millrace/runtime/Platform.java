package io.millrace.runtime;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Calls;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.BrokerFailure;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.concurrency.SoleWorker;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.UrlAccess;
import io.millrace.runtime.accounting.Accounting;
import io.millrace.runtime.accounting.AttemptNotes;
import io.millrace.runtime.accounting.HeldGroups;
import io.millrace.runtime.accounting.Tally;
import io.millrace.runtime.config.MetricsSettings;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.deployment.Deployments;
import io.millrace.runtime.dispatch.BrokerAccounting;
import io.millrace.runtime.dispatch.BrokerInvoker;
import io.millrace.runtime.dispatch.Dispatcher;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.RecentFailures;
import io.millrace.runtime.dispatch.TracedInvoker;
import io.millrace.runtime.dispatch.UnknownFunctionException;
import io.millrace.runtime.dispatch.Whereabouts;
import io.millrace.runtime.door.Door;
import io.millrace.runtime.environment.AttemptListener;
import io.millrace.runtime.environment.EnvironmentKinds;
import io.millrace.runtime.environment.EnvironmentPool;
import io.millrace.runtime.environment.ExecutionEnvironments;
import io.millrace.runtime.environment.ObservedEnvironments;
import io.millrace.runtime.environment.inprocess.InProcessEnvironments;
import io.millrace.runtime.environment.process.LoggedFunctionLog;
import io.millrace.runtime.environment.process.ProcessEnvironments;
import io.millrace.runtime.eventbus.Archives;
import io.millrace.runtime.eventbus.EventBuses;
import io.millrace.runtime.eventbus.Replays;
import io.millrace.runtime.eventbusapi.EventBusApi;
import io.millrace.runtime.functionurl.FunctionUrlApi;
import io.millrace.runtime.idempotency.KeyDesk;
import io.millrace.runtime.idempotency.Stores;
import io.millrace.runtime.kinesisapi.KinesisApi;
import io.millrace.runtime.lambdaapi.LambdaApi;
import io.millrace.runtime.logs.FunctionLogs;
import io.millrace.runtime.logs.KeptLines;
import io.millrace.runtime.mapping.Mappings;
import io.millrace.runtime.mapping.PollersBySource;
import io.millrace.runtime.mapping.QueuePollers;
import io.millrace.runtime.mapping.RecordKeys;
import io.millrace.runtime.mapping.StreamPollers;
import io.millrace.runtime.metrics.MeteredEnvironments;
import io.millrace.runtime.metrics.MetricsApi;
import io.millrace.runtime.metrics.UndoneEvents;
import io.millrace.runtime.metrics.UsageMeter;
import io.millrace.runtime.metrics.WaitingAges;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.observe.Meters;
import io.millrace.runtime.payloads.PayloadStore;
import io.millrace.runtime.payloads.PayloadSweep;
import io.millrace.runtime.payloads.PayloadUnavailableException;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.RegisteredFunction;
import io.millrace.runtime.relay.Relays;
import io.millrace.runtime.replay.HistoryReplays;
import io.millrace.runtime.replay.PastPayloads;
import io.millrace.runtime.replay.ReplayDoor;
import io.millrace.runtime.scaling.ScalingAdministration;
import io.millrace.runtime.scaling.ScalingController;
import io.millrace.runtime.scalingapi.ScalingApi;
import io.millrace.runtime.schedule.Schedules;
import io.millrace.runtime.schedule.Targets;
import io.millrace.runtime.scheduleapi.ScheduleApi;
import io.millrace.runtime.shadow.ShadowDoor;
import io.millrace.runtime.shadow.Shadows;
import io.millrace.runtime.stream.StreamSourceKind;
import io.millrace.runtime.stream.Streams;
import io.millrace.runtime.topic.Topics;
import io.millrace.runtime.topicapi.TopicApi;
import io.millrace.runtime.trace.Spans;
import io.millrace.runtime.trace.TraceExport;
import io.millrace.runtime.trace.TraceparentHeaders;
import io.millrace.runtime.trace.Traces;
import io.opentelemetry.api.OpenTelemetry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: builds every part once, in the order an event meets them. Nobody but the front door of the
 * library imports it. {@link #start} and {@link #close} block and are for one thread.
 */
public final class Platform implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Platform.class);

    /** The ledger says how many may run; the threads follow. */
    private static final int ANY_CONCURRENCY = 1_000_000;

    private final Deque<AutoCloseable> opened;
    private final Settings settings;
    private final Vertx vertx;
    private final Optional<EmbeddedBroker> embeddedBroker;
    private final BrokerAddress brokerAddress;
    private final BrokerConnections connections;
    private final FunctionRegistry registry;
    private final FunctionLogs logs;
    private final PayloadStore payloads;
    private final Dispatcher dispatcher;
    private final Whereabouts whereabouts;
    private final BrokerConnection publishing;
    private final Invoker invoker;
    private final Deployments deployments;
    private final Mappings mappings;
    private final Streams streams;
    private final Schedules schedules;
    private final Topics topics;
    private final EventBuses buses;
    private final Archives archives;
    private final Replays replays;
    private final Optional<HistoryReplays> pastReplays;
    private final Shadows shadows;
    private final BrokerAccounting brokerAccounting;
    private final UndoneEvents undone;
    private final WaitingAges waitingAges;
    private final ConcurrencyLedger ledger;
    private final Meters meters;
    private final UsageMeter usage;
    private final Traces traces;
    private final AccessControl access;
    private final String isolation;
    private Optional<LambdaApi> door = Optional.empty();

    private Platform(
            Deque<AutoCloseable> opened,
            DataDirectory data,
            Optional<BrokerAddress> external,
            Settings settings,
            Consumer<BrokerFailure> onFatal,
            AttemptListener attempts,
            Optional<OpenTelemetry> telemetry) {
        this.opened = opened;
        Path dataDirectory = keep(data).path();
        this.settings = settings;
        this.embeddedBroker = external.isPresent()
                ? Optional.empty()
                : Optional.of(keep(EmbeddedBroker.start(
                        PartOptions.broker(settings.broker(), dataDirectory.resolve("broker")), onFatal)));
        this.brokerAddress = external.orElseGet(() -> BrokerAddress.local(
                settings.broker().host(), embeddedBroker.orElseThrow().amqpPort()));
        this.vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
        opened.push(() -> await(vertx.close()));

        this.registry = keep(FunctionRegistry.open(dataDirectory));
        this.usage =
                keep(new UsageMeter(vertx, registry.usage(), settings.metrics().usageDays(), Clock.systemUTC()));
        this.access = new AccessControl(registry.documents(), settings.identity(), Clock.systemUTC());
        this.traces = traces(telemetry);
        this.payloads = openPayloads(dataDirectory);
        Tally tally = keep(openTally(dataDirectory.resolve("accounting")));
        AttemptNotes notes = keep(openNotes(dataDirectory.resolve("attempts")));
        HeldGroups heldGroups = keep(openHeldGroups(dataDirectory.resolve("groups")));

        this.connections = new BrokerConnections(vertx, brokerAddress);
        BrokerConnection working = connect("work");
        this.publishing = connect("publish");
        BrokerConnection managing = connect("manage");
        BrokerConnection polling = connect("poll");
        BrokerConnection streaming = connect("stream");
        connections.awaitUp(working);
        connections.awaitUp(publishing);
        connections.awaitUp(managing);
        connections.awaitUp(polling);
        connections.awaitUp(streaming);

        SoleWorker permits = new SoleWorker(PartOptions.concurrency(settings.concurrency()), System::nanoTime);
        this.ledger = permits.ledger();
        Clock clock = Clock.systemUTC();
        MetricsSettings measured = settings.metrics();
        this.meters = measured.enabled() ? Meters.of(measured.functions()) : Meters.off();
        EnvironmentPool.Rules lifetimes = new EnvironmentPool.Rules(
                settings.environment().idleLifetime(), settings.environment().maximumAge());
        this.logs = keep(FunctionLogs.open(dataDirectory.resolve("logs"), settings.logs(), clock));
        KeptLines lines = logs.isOn() ? logs : KeptLines.NONE;
        InProcessEnvironments inProcess = keep(new InProcessEnvironments(ANY_CONCURRENCY, lifetimes, lines));
        ProcessEnvironments processes = new ProcessEnvironments(
                vertx,
                PartOptions.processes(
                        settings.environment(), settings.identity(), dataDirectory.resolve("environments")),
                lifetimes,
                new LoggedFunctionLog(lines));
        this.isolation = processes.isolationInForce();
        ExecutionEnvironments environments = keep(new EnvironmentKinds(
                inProcess, processes, settings.environment().javaInProcess()));
        KeyDesk keys = keep(new KeyDesk(
                () -> Stores.open(settings.idempotency(), dataDirectory.resolve("idempotency.keys"), clock),
                settings.idempotency().cachedKeys(),
                clock));
        this.dispatcher = new Dispatcher(
                vertx,
                working,
                ledger,
                tally,
                notes,
                heldGroups,
                settings,
                keys,
                this::mayRecur,
                clock,
                meters,
                traces,
                payloads);
        RecentFailures failures = new RecentFailures(clock);
        this.whereabouts = new Whereabouts(dispatcher, managing, failures);
        processes.onRoom(dispatcher::roomAgain);
        // After a start that failed: give back what was delivered before the environments end, uncounted.
        opened.push(() -> await(dispatcher.drain(Duration.ZERO)));
        this.deployments = keep(new Deployments(
                vertx,
                registry,
                new ObservedEnvironments(new ObservedEnvironments(metered(environments), attempts), failures),
                new BrokerManagement(managing),
                dispatcher,
                permits,
                settings.concurrency().minimumUnreserved(),
                settings.async(),
                clock,
                dataDirectory.resolve("policies")));
        BrokerInvoker sending = new BrokerInvoker(
                new Publisher(publishing),
                new Calls(vertx, publishing),
                this::maximumAge,
                this::longestTimeout,
                deployments::wake);
        this.invoker = traces.isOn() ? new TracedInvoker(sending, traces) : sending;
        this.brokerAccounting = new BrokerAccounting(dispatcher, new BrokerManagement(working));
        this.undone = new UndoneEvents(managing, new BrokerManagement(managing));
        this.waitingAges = new WaitingAges(new BrokerManagement(managing));
        await(BrokerConnections.onEachReturn(managing, deployments::ensureQueues));
        if (embeddedBroker.isPresent()) { // Of another, somebody else's workers may have events in their hands.
            new PayloadSweep(payloads, managing, new BrokerManagement(managing), clock)
                    .sweep(settings.payloads().orphanAge());
        }
        await(deployments.deployStored());
        this.streams = new Streams(vertx, registry.documents(), streaming, new BrokerManagement(managing), clock);
        opened.push(() -> await(streams.close()));
        await(streams.resume());
        RecordKeys recordKeys =
                new RecordKeys(vertx, keys, settings.idempotency().timeToLive(), deployments, function -> deployments
                        .longestTimeout(function)
                        .orElse(Duration.ZERO));
        this.mappings = new Mappings(
                vertx,
                registry.documents(),
                new PollersBySource(
                        settings.identity(),
                        new QueuePollers(
                                polling,
                                new BrokerManagement(managing),
                                invoker,
                                traces,
                                recordKeys,
                                deployments,
                                settings.identity(),
                                clock),
                        new StreamPollers(
                                vertx,
                                sourceKinds(),
                                registry.checkpoints(),
                                invoker,
                                traces,
                                deployments,
                                new Publisher(publishing),
                                recordKeys,
                                clock)),
                clock);
        opened.push(() -> await(mappings.close(Duration.ZERO)));
        await(mappings.resume());
        this.schedules = new Schedules(
                vertx,
                registry.documents(),
                polling,
                new BrokerManagement(managing),
                new Targets(this::exists, this::maximumAge, deployments::wake),
                settings.identity(),
                clock);
        opened.push(() -> await(schedules.close()));
        await(schedules.resume());
        BrokerConnection relaying = connect("relay");
        connections.awaitUp(relaying);
        Relays relays = new Relays(relaying, new BrokerManagement(managing), deployments, deployments::wake, clock);
        opened.push(() -> await(relays.close(settings.drainTimeout())));
        this.topics = new Topics(
                vertx,
                registry.documents(),
                new BrokerManagement(managing),
                new Publisher(publishing),
                relays,
                settings.identity(),
                clock);
        await(topics.resume());
        this.buses = new EventBuses(
                vertx,
                registry.documents(),
                new BrokerManagement(managing),
                new Publisher(publishing),
                relays,
                settings.identity(),
                clock);
        await(buses.resume());
        this.archives = new Archives(
                vertx, registry.documents(), buses, new BrokerManagement(managing), relays, settings.identity());
        await(archives.resume());
        // A broker may come back without its data, or have been away when it should have made something.
        await(BrokerConnections.onEachReturn(managing, this::serveTopicsAndBuses));
        this.replays = new Replays(
                vertx,
                registry.documents(),
                buses,
                archives,
                relaying,
                new Publisher(publishing),
                settings.identity(),
                clock);
        opened.push(replays::close);
        replays.resume();
        this.pastReplays = embeddedBroker.map(own -> new HistoryReplays(
                vertx,
                own.history(),
                registry.documents(),
                new BrokerManagement(managing),
                relaying,
                new PastPayloads(payloads),
                clock));
        pastReplays.ifPresent(past -> {
            opened.push(past::close);
            await(past.resume());
        });
        this.shadows = new Shadows(
                vertx,
                registry.documents(),
                name -> registry.find(name).map(RegisteredFunction::published),
                new BrokerManagement(managing),
                relaying,
                dispatcher,
                settings.identity(),
                meters,
                clock);
        opened.push(() -> await(shadows.close()));
        await(shadows.resume());
        ScalingController scaling =
                new ScalingController(vertx, registry.scaling(), deployments, ledger, settings.scalingPeriod(), clock);
        opened.push(() -> await(scaling.close()));
        scaling.start();
    }

    /**
     * Starts everything and returns when events are taken.
     *
     * @param data closed at the end, also that of a start which fails
     * @param external a broker to use instead of the embedded one
     * @param onFatal called when the embedded broker cannot go on; the process should then end
     * @param attempts told of every attempt that ends
     * @param telemetry that records traces, instead of one made by the settings
     */
    public static Platform start(
            DataDirectory data,
            Optional<BrokerAddress> external,
            Settings settings,
            Consumer<BrokerFailure> onFatal,
            AttemptListener attempts,
            Optional<OpenTelemetry> telemetry) {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return new Platform(opened, data, external, settings, onFatal, attempts, telemetry);
        } catch (RuntimeException failed) {
            try {
                closeAll(opened);
            } catch (RuntimeException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
            throw failed;
        }
    }

    private Traces traces(Optional<OpenTelemetry> telemetry) {
        return telemetry
                .or(() -> settings.traces().endpoint().map(endpoint -> keep(TraceExport.to(endpoint))))
                .<Traces>map(records -> new Spans(records, settings.traces().sample()))
                .orElse(Traces.OFF);
    }

    private ExecutionEnvironments metered(ExecutionEnvironments environments) {
        MetricsSettings measured = settings.metrics();
        return measured.enabled() || measured.usageDays() > 0
                ? new MeteredEnvironments(environments, meters, usage)
                : environments;
    }

    private PayloadStore openPayloads(Path dataDirectory) {
        try {
            return PayloadStore.open(vertx, settings.payloads(), dataDirectory, Clock.systemUTC());
        } catch (PayloadUnavailableException unusable) {
            throw new DataDirectoryUnavailableException(String.valueOf(unusable.getMessage()), unusable);
        }
    }

    private static Tally openTally(Path file) {
        try {
            return Tally.open(file);
        } catch (IOException unusable) {
            throw new UncheckedIOException(unusable);
        }
    }

    private static AttemptNotes openNotes(Path file) {
        try {
            return AttemptNotes.open(file, Clock.systemUTC());
        } catch (IOException unusable) {
            throw new UncheckedIOException(unusable);
        }
    }

    private static HeldGroups openHeldGroups(Path file) {
        try {
            return HeldGroups.open(file, Clock.systemUTC());
        } catch (IOException unusable) {
            throw new UncheckedIOException(unusable);
        }
    }

    private <T extends AutoCloseable> T keep(T part) {
        opened.push(part);
        return part;
    }

    private BrokerConnection connect(String name) {
        BrokerConnection connection = await(connections.open(name));
        opened.push(() -> await(connection.close()));
        return connection;
    }

    private void serveTopicsAndBuses() {
        topics.resume()
                .compose(served -> buses.resume())
                .compose(served -> archives.resume())
                .onFailure(failure -> LOGGER.atWarn()
                        .addKeyValue(LogKeys.REASON, failure.getMessage())
                        .log("topics and buses are not all served; they will be at the broker's next return"));
    }

    /** The streams here, and whatever is on the class path. */
    private List<EventSourceKind> sourceKinds() {
        return Stream.concat(
                        Stream.of(new StreamSourceKind(streams, settings.identity())),
                        ServiceLoader.load(EventSourceKind.class).stream().map(ServiceLoader.Provider::get))
                .toList();
    }

    /** As PutFunctionRecursionConfig left it; loops are stopped by default. */
    private boolean mayRecur(FunctionName name) {
        return registry.documents()
                .find(DocumentKind.RECURSION, name.value(), FunctionArn.LATEST)
                .filter(config -> "Allow".equals(config.path("RecursiveLoop").asText()))
                .isPresent();
    }

    private boolean exists(FunctionArn arn) {
        return deployments
                .find(arn.function())
                .filter(function -> function.published().exists(arn.qualifier().orElse(FunctionArn.LATEST)))
                .isPresent();
    }

    private Duration longestTimeout(FunctionName name) {
        return deployments.longestTimeout(name).orElseThrow(() -> new UnknownFunctionException(name));
    }

    private Duration maximumAge(FunctionArn arn) {
        return deployments
                .async(arn.function())
                .orElseThrow(() -> new UnknownFunctionException(arn.function()))
                .of(arn.qualifier())
                .maximumEventAge();
    }

    /** What holds the processes of uploaded code in their place, in words. */
    public String isolation() {
        return isolation;
    }

    /**
     * Opens the HTTP door; port 0 picks a free one. Blocks until it listens.
     *
     * @param insecure whether others than this machine may do everything while there are no access keys
     * @throws UnprotectedException if that is not so, but would be
     * @throws CannotListenException if the address is in use or not of this machine
     */
    public URI listen(InetSocketAddress address, boolean insecure) {
        if (insecure) {
            LOGGER.atWarn()
                    .addKeyValue("host", address.getHostString())
                    .log("insecure: while there are no access keys, whoever reaches this server may do everything");
        } else {
            protect(address);
        }
        LambdaApi api = new LambdaApi(
                vertx,
                invoker,
                new LambdaApi.Administration(
                        deployments,
                        registry.layers(),
                        registry::findCode,
                        registry.documents(),
                        mappings,
                        access,
                        payloads),
                new LambdaApi.Vitals(brokerAccounting, this::isBrokerConnected),
                new LambdaApi.Rules(
                        settings.limits(), settings.function(), settings.code(), settings.identity(), settings.urls()),
                Clock.systemUTC());
        MetricsApi metrics = keep(new MetricsApi(
                vertx,
                new MetricsApi.Sources(
                        meters,
                        brokerAccounting,
                        undone::now,
                        waitingAges::of,
                        ledger,
                        mappings,
                        this::isBrokerConnected,
                        usage),
                settings.metrics(),
                access,
                Clock.systemUTC()));
        api.with(metrics::mount);
        if (traces.isOn()) {
            api.with(TraceparentHeaders::mount);
        }
        api.withLogs(logs).withWhereabouts(whereabouts);
        // Before what takes all else that is posted there.
        api.with(new TopicApi(topics, settings.identity(), access)::mount);
        api.with(
                new EventBusApi(
                                new EventBusApi.Parts(buses, archives, replays),
                                settings.identity(),
                                access,
                                Clock.systemUTC())::mount);
        ScalingAdministration scaling =
                new ScalingAdministration(vertx, registry.scaling(), deployments, Clock.systemUTC());
        api.with(new KinesisApi(vertx, streams, settings.identity(), access, Clock.systemUTC())::mount);
        api.with(new ScalingApi(scaling, settings.identity(), access)::mount);
        api.with(new ScheduleApi(schedules, settings.identity(), access, Clock.systemUTC())::mount);
        FunctionUrlApi urls = new FunctionUrlApi(
                vertx,
                invoker,
                deployments,
                registry.documents(),
                urlAccess(),
                new FunctionUrlApi.Rules(settings.limits(), settings.identity(), settings.urls()),
                Clock.systemUTC());
        api.with(urls::mount);
        api.with(new ReplayDoor(pastReplays, this::exists, settings.identity(), Clock.systemUTC()), brokerAddress);
        api.with(new ShadowDoor(shadows, Clock.systemUTC()), brokerAddress);
        ServiceLoader.load(Door.class).forEach(each -> api.with(each, brokerAddress));
        String host = address.getHostString();
        try {
            // The very address that was looked at: a name may have several.
            String bound = address.isUnresolved() ? host : address.getAddress().getHostAddress();
            HttpServer server =
                    await(BrokerConnections.besides(publishing, () -> api.listen(bound, address.getPort())));
            door = Optional.of(api);
            return URI.create("http://" + host + ":" + server.actualPort());
        } catch (CompletionException | UnresolvedAddressException failed) {
            throw CannotListenException.of(host, address.getPort(), failed);
        }
    }

    private void protect(InetSocketAddress address) {
        boolean forOthers = address.isUnresolved() || !address.getAddress().isLoopbackAddress();
        if (forOthers && access.isOpen()) {
            throw UnprotectedException.http(address);
        }
        if (forOthers) {
            access.requireKeys();
        }
    }

    /** Who may use the addresses of functions. */
    public UrlAccess urlAccess() {
        return access.ofUrls();
    }

    /** How many access keys there are, and what that means, in words for people. */
    public String access() {
        return access.isOpen()
                ? "none; any credentials are accepted"
                : access.keys().all().size() + "; requests must be signed";
    }

    public Settings settings() {
        return settings;
    }

    public Vertx vertx() {
        return vertx;
    }

    public Invoker invoker() {
        return invoker;
    }

    public Deployments deployments() {
        return deployments;
    }

    public Streams streams() {
        return streams;
    }

    public Accounting accounting() {
        return brokerAccounting;
    }

    public BrokerAddress brokerAddress() {
        return brokerAddress;
    }

    public Optional<EmbeddedBroker> embeddedBroker() {
        return embeddedBroker;
    }

    /** Whether all connections to the broker are up. */
    public boolean isBrokerConnected() {
        return publishing.isUp() && dispatcher.connection().isUp();
    }

    /** Takes nothing new, lets attempts end within the drain timeout, and closes in the reverse order of the start. */
    @Override
    public void close() {
        opened.push(() -> await(dispatcher.drain(settings.drainTimeout())));
        // Before the workers, which run the batches.
        opened.push(() -> await(mappings.close(settings.drainTimeout())));
        // The door before the workers: what it accepted must still find them.
        door.ifPresent(api -> opened.push(() -> await(api.close(settings.drainTimeout()))));
        closeAll(opened);
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        IllegalStateException failures = new IllegalStateException("parts of the platform did not close");
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception failure) {
                failures.addSuppressed(failure);
            }
        }
        if (failures.getSuppressed().length > 0) {
            throw failures;
        }
    }

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
}
