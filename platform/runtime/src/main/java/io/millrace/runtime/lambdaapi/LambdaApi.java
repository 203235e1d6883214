package io.millrace.runtime.lambdaapi;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.accounting.Accounting;
import io.millrace.runtime.config.CodeSettings;
import io.millrace.runtime.config.FunctionSettings;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.config.LimitSettings;
import io.millrace.runtime.config.UrlSettings;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.Whereabouts;
import io.millrace.runtime.door.Door;
import io.millrace.runtime.door.DoorEndpoint;
import io.millrace.runtime.door.Doorway;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import io.millrace.runtime.lambdaapi.LambdaApiException.UnknownOperationException;
import io.millrace.runtime.logs.FunctionLogs;
import io.millrace.runtime.mapping.MappingAdministration;
import io.millrace.runtime.objects.CodeObjects;
import io.millrace.runtime.payloads.PayloadStore;
import io.millrace.runtime.registry.CodeFiles;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.LayerAdministration;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The AWS Lambda HTTP API on Vert.x, and the platform's own {@code /_millrace} pages. Each request runs on its event
 * loop; what takes long goes to a worker. Listens once.
 */
public final class LambdaApi {
    static final String FUNCTION_NAME = "FunctionName";
    static final String CODE = "Sha256";

    private static final String OWN_PAGES = "/_millrace/";

    /** A dead connection is let go after this; longer than any function may take to answer. */
    private static final int IDLE_MINUTES = 16;

    private final Vertx vertx;
    private final Refusals refusals;
    private final Gate gate;
    private final Routes routes;
    private final Router router;
    private final HttpServer server;
    private final List<Supplier<Future<Void>>> closing = new ArrayList<>();
    private final FunctionAdministration functions;
    private final FunctionLocator locator;
    private final Clock clock;
    private final PayloadStore payloads;
    private Optional<LogsView> logs = Optional.empty();

    /** @param clock for the time of changes */
    public LambdaApi(
            Vertx vertx, Invoker invoker, Administration administration, Vitals vitals, Rules rules, Clock clock) {
        this.vertx = vertx;
        this.refusals = new Refusals(rules.identity());
        this.router = Router.router(vertx);
        this.server = vertx.createHttpServer(new HttpServerOptions()
                .setMaxHeaderSize(RequestLimits.HEADER_BYTES)
                .setMaxInitialLineLength(RequestLimits.LINE_BYTES)
                .setIdleTimeout(IDLE_MINUTES)
                .setIdleTimeoutUnit(TimeUnit.MINUTES));
        this.clock = clock;
        this.functions = administration.functions();
        this.locator = new FunctionLocator(rules.identity(), functions);
        this.gate = new Gate(
                administration.access(),
                new Resources(rules.identity(), locator),
                rules.limits(),
                administration.payloads(),
                clock);
        this.routes = new Routes(gate);
        ConfigurationReply replies = new ConfigurationReply(administration.layers());
        LayerArns layerArns = new LayerArns(rules.identity(), administration.layers());
        router.route().handler(this::serve);
        this.payloads = administration.payloads();
        routeInvocations(invoker, new InvocationReader(locator, rules.limits(), payloads));
        FunctionTags tags = new FunctionTags(administration.documents());
        routeFunctions(new Functions(functions, locator, replies, tags));
        UploadedCode uploads = new UploadedCode(CodeObjects.of(vertx, rules.code(), clock));
        routeChanges(new FunctionChanges(functions, locator, replies, layerArns, uploads, tags, rules.function()));
        routeTags(new Tags(tags, locator, new MappingTags(administration.mappings(), rules.identity())));
        routeStored(administration.documents(), locator);
        routes.add("PublishVersion", new Versions(functions, locator, replies)::publish);
        routeAliases(new Aliases(functions, locator));
        routeConcurrency(new ReservedConcurrency(functions, locator));
        routeProvisioning(new Provisioning(functions, locator));
        routeEventInvokeConfigs(new EventInvokeConfigs(functions, locator, clock));
        routeLayers(new Layers(administration.layers(), layerArns, uploads, clock));
        routeFunctionUrls(new FunctionUrlConfigs(
                functions,
                locator,
                administration.documents(),
                new FunctionUrlAddresses(rules.urls(), rules.identity().region()),
                clock));
        routeEventSourceMappings(new EventSourceMappings(administration.mappings(), locator, rules.identity(), clock));
        routeAccount(new AccountSettings(functions, administration.layers()));
        routePlatform(new PlatformView(vitals.accounting(), administration.mappings(), vitals.isBrokerConnected()));
        routeDevMode(new DevModeView(vertx, locator));
        routePolicies(new FunctionPolicies(functions, administration.documents(), locator));
        routeLayerPolicies(new LayerPolicies(administration.documents(), administration.layers(), layerArns));
        routeKeys(new KeysView(administration.access().keys()));
        routeSession(new SessionView(administration.access()));
        routeDownloads(new CodeDownloads(administration.codes()));
        routeErrors();
    }

    /** What this door changes and shows. */
    public record Administration(
            FunctionAdministration functions,
            LayerAdministration layers,
            CodeFiles codes,
            DocumentShelf documents,
            MappingAdministration mappings,
            AccessControl access,
            PayloadStore payloads) {}

    /** What the platform tells about itself. */
    public record Vitals(Accounting accounting, BooleanSupplier isBrokerConnected) {}

    /** The settings this door needs. */
    public record Rules(
            LimitSettings limits,
            FunctionSettings function,
            CodeSettings code,
            IdentitySettings identity,
            UrlSettings urls) {}

    /** Also tells what functions wrote; to be called before {@link #listen}. */
    public LambdaApi withLogs(FunctionLogs kept) {
        LogsView view = new LogsView(vertx, kept, functions, locator, clock);
        logs = Optional.of(view);
        routeOfFunction(LogsView.PATH, LogsView.ACTION, view::show);
        return this;
    }

    /** Also tells why events wait; to be called before {@link #listen}. */
    public LambdaApi withWhereabouts(Whereabouts whereabouts) {
        routeOfFunction(WaitingView.PATH, WaitingView.ACTION, new WaitingView(whereabouts, functions, locator)::show);
        return this;
    }

    /** Lets another door share this one's address; to be called before {@link #listen}. */
    public LambdaApi with(Consumer<Router> routes) {
        routes.accept(router);
        return this;
    }

    /**
     * Lets a door of another jar share this one's address and this one's gate; to be called before {@link #listen}.
     *
     * @param broker where the door finds the platform's broker
     */
    public LambdaApi with(Door door, BrokerAddress broker) {
        door.mount(new GatedDoorway(broker));
        return this;
    }

    private final class GatedDoorway implements Doorway {
        private final BrokerAddress broker;

        GatedDoorway(BrokerAddress broker) {
            this.broker = broker;
        }

        @Override
        public Vertx vertx() {
            return vertx;
        }

        @Override
        public BrokerAddress broker() {
            return broker;
        }

        @Override
        public Router unguarded() {
            return router;
        }

        @Override
        public void guarded(HttpMethod method, String path, String action, DoorEndpoint endpoint) {
            if (!path.startsWith(OWN_PAGES)) {
                throw new IllegalArgumentException(
                        "path is '" + path + "', expected one that begins with " + OWN_PAGES);
            }
            Handler<RoutingContext> handler = context -> {
                Request request = new Request(vertx, context, gate);
                answer(
                        admitting(action, admitted -> endpoint.answer(new GuardedRequest(admitted, gate))
                                .map(Reply::of)),
                        request);
            };
            router.route(method, path).handler(handler);
            router.route(method, path + "/").handler(handler);
        }

        @Override
        public void onClose(Supplier<Future<Void>> step) {
            closing.add(step);
        }
    }

    /**
     * @param port 0 takes a free one; {@link HttpServer#actualPort()} tells which
     * @return fails when the address is in use or not of this machine
     */
    public Future<HttpServer> listen(String host, int port) {
        return server.requestHandler(router)
                .connectionHandler(HalfClosedCallers::answer)
                .invalidRequestHandler(UnreadableRequests::refuse)
                .listen(port, host);
    }

    /** Takes no new connections and requests; those under way are answered, for at most {@code drainTimeout}. */
    public Future<Void> close(Duration drainTimeout) {
        logs.ifPresent(LogsView::close);
        return server.shutdown(Math.max(1, drainTimeout.toMillis()), TimeUnit.MILLISECONDS)
                .eventually(
                        () -> Future.join(closing.stream().map(Supplier::get).toList()));
    }

    /** Names of the operations that this door answers with more than a refusal. */
    Set<String> served() {
        return routes.served();
    }

    private void routeInvocations(Invoker invoker, InvocationReader reader) {
        Invocations invocations = new Invocations(invoker, reader, payloads);
        routes.add("Invoke", invocations::invoke);
        routes.add("InvokeAsync", invocations::invokeAsync);
        routes.add("InvokeWithResponseStream", new StreamedInvocations(invoker, reader, payloads)::invoke);
    }

    private void routeFunctions(Functions functions) {
        routes.add("ListFunctions", functions::list);
        routes.add("GetFunction", functions::show);
        routes.add("DeleteFunction", functions::delete);
        routes.add("GetFunctionConfiguration", functions::showConfiguration);
        routes.add("ListVersionsByFunction", functions::listVersions);
    }

    private void routeChanges(FunctionChanges changes) {
        routes.add("CreateFunction", changes::create);
        routes.add("UpdateFunctionConfiguration", changes::updateConfiguration);
        routes.add("UpdateFunctionCode", changes::updateCode);
    }

    private void routeTags(Tags tags) {
        routes.add("ListTags", tags::list);
        routes.add("TagResource", tags::add);
        routes.add("UntagResource", tags::remove);
    }

    /** What is kept beside functions for clients that set it. */
    private void routeStored(DocumentShelf documents, FunctionLocator locator) {
        RecursionConfigs recursion = new RecursionConfigs(documents, locator);
        routes.add("PutFunctionRecursionConfig", recursion::put);
        routes.add("GetFunctionRecursionConfig", recursion::show);
        RuntimeManagement runtimes = new RuntimeManagement(documents, locator);
        routes.add("PutRuntimeManagementConfig", runtimes::put);
        routes.add("GetRuntimeManagementConfig", runtimes::show);
        routes.add("GetFunctionCodeSigningConfig", new CodeSigning(locator)::show);
    }

    private void routeAliases(Aliases aliases) {
        routes.add("CreateAlias", aliases::create);
        routes.add("ListAliases", aliases::list);
        routes.add("GetAlias", aliases::show);
        routes.add("UpdateAlias", aliases::update);
        routes.add("DeleteAlias", aliases::delete);
    }

    private void routeConcurrency(ReservedConcurrency concurrency) {
        routes.add("PutFunctionConcurrency", concurrency::put);
        routes.add("GetFunctionConcurrency", concurrency::show);
        routes.add("DeleteFunctionConcurrency", concurrency::delete);
    }

    private void routeProvisioning(Provisioning provisioning) {
        routes.add("PutProvisionedConcurrencyConfig", provisioning::put);
        routes.add("GetProvisionedConcurrencyConfig", provisioning::show);
        routes.add("ListProvisionedConcurrencyConfigs", provisioning::list);
        routes.add("DeleteProvisionedConcurrencyConfig", provisioning::delete);
    }

    private void routeLayers(Layers layers) {
        routes.add("ListLayers", layers::list);
        routes.add("PublishLayerVersion", layers::publish);
        routes.add("ListLayerVersions", layers::listVersions);
        routes.add("GetLayerVersion", layers::show);
        routes.add("GetLayerVersionByArn", layers::showByArn);
        routes.add("DeleteLayerVersion", layers::delete);
    }

    private void routeEventInvokeConfigs(EventInvokeConfigs configs) {
        routes.add("PutFunctionEventInvokeConfig", configs::put);
        routes.add("UpdateFunctionEventInvokeConfig", configs::update);
        routes.add("GetFunctionEventInvokeConfig", configs::show);
        routes.add("DeleteFunctionEventInvokeConfig", configs::delete);
        routes.add("ListFunctionEventInvokeConfigs", configs::list);
    }

    private void routeFunctionUrls(FunctionUrlConfigs urls) {
        routes.add("CreateFunctionUrlConfig", urls::create);
        routes.add("GetFunctionUrlConfig", urls::show);
        routes.add("UpdateFunctionUrlConfig", urls::update);
        routes.add("DeleteFunctionUrlConfig", urls::delete);
        routes.add("ListFunctionUrlConfigs", urls::list);
    }

    private void routeEventSourceMappings(EventSourceMappings mappings) {
        routes.add("CreateEventSourceMapping", mappings::create);
        routes.add("GetEventSourceMapping", mappings::show);
        routes.add("ListEventSourceMappings", mappings::list);
        routes.add("UpdateEventSourceMapping", mappings::update);
        routes.add("DeleteEventSourceMapping", mappings::delete);
    }

    private void routeAccount(AccountSettings account) {
        routes.add("GetAccountSettings", account::show);
        route(HttpMethod.PUT, "/_millrace/account", "millrace:PutAccount", account::resize);
    }

    private void routePolicies(FunctionPolicies policies) {
        routes.add("AddPermission", policies::add);
        routes.add("RemovePermission", policies::remove);
        routes.add("GetPolicy", policies::show);
    }

    private void routeLayerPolicies(LayerPolicies policies) {
        routes.add("AddLayerVersionPermission", policies::add);
        routes.add("RemoveLayerVersionPermission", policies::remove);
        routes.add("GetLayerVersionPolicy", policies::show);
    }

    private void routeKeys(KeysView keys) {
        route(HttpMethod.POST, KeysView.PATH, "millrace:CreateKey", keys::create);
        route(HttpMethod.GET, KeysView.PATH, "millrace:ListKeys", keys::list);
        route(HttpMethod.DELETE, KeysView.PATH + "/:" + KeysView.ID, "millrace:DeleteKey", keys::delete);
    }

    /** For whoever wants to be known, so it asks nobody who it is. */
    private void routeSession(SessionView session) {
        router.route(HttpMethod.GET, SessionView.PATH).handler(to(session::show));
        router.route(HttpMethod.POST, SessionView.PATH).handler(to(session::begin));
        router.route(HttpMethod.DELETE, SessionView.PATH).handler(to(session::end));
    }

    /** Whoever was given an address of code may fetch it there; others need a key. */
    private void routeDownloads(CodeDownloads downloads) {
        Endpoint forKeys = admitting("millrace:GetCode", downloads::show);
        router.route(HttpMethod.GET, CodeDownloads.PATH)
                .handler(to(request -> gate.holdsTicket(request) ? downloads.show(request) : forKeys.answer(request)));
    }

    private void routePlatform(PlatformView view) {
        route(HttpMethod.GET, "/_millrace/stats", "millrace:GetStats", view::stats);
        // Whoever watches over servers needs no key for this.
        router.route(HttpMethod.GET, "/_millrace/health").handler(to(view::health));
        router.route(HttpMethod.GET, "/_millrace/health/").handler(to(view::health));
    }

    private void routeDevMode(DevModeView view) {
        route(HttpMethod.GET, DevModeView.PATH, "millrace:GetDevMode", view::show);
        route(HttpMethod.PUT, DevModeView.PATH + "/functions/:" + FUNCTION_NAME, "millrace:WatchSource", view::watch);
    }

    private void routeErrors() {
        Handler<RoutingContext> unknown = to(request -> {
            throw new UnknownOperationException(request.method(), request.path());
        });
        router.errorHandler(404, unknown);
        router.errorHandler(405, unknown);
        router.errorHandler(400, to(request -> {
            throw new InvalidRequestContentException("The path or query of the request is malformed.");
        }));
    }

    /** @param action that a caller must be allowed, where callers have keys */
    private void route(HttpMethod method, String path, String action, Endpoint endpoint) {
        Handler<RoutingContext> handler = to(admitting(action, endpoint));
        router.route(method, path).handler(handler);
        router.route(method, path + "/").handler(handler);
    }

    /** A page about the function in its path. */
    private void routeOfFunction(String path, String action, Endpoint endpoint) {
        Handler<RoutingContext> handler =
                to(request -> gate.identify(request, action).compose(known -> {
                    gate.authorizeFunction(request, action);
                    return endpoint.answer(request);
                }));
        router.get(path).handler(handler);
        router.get(path + "/").handler(handler);
    }

    private Endpoint admitting(String action, Endpoint endpoint) {
        return request -> gate.identify(request, action).compose(known -> {
            gate.authorize(request, action);
            return endpoint.answer(request);
        });
    }

    /** What is of the Lambda API; other paths have routes of their own. */
    private void serve(RoutingContext context) {
        routes.find(context)
                .ifPresentOrElse(
                        match -> answer(request -> routes.answer(match, request), new Request(vertx, context, gate)),
                        context::next);
    }

    private Handler<RoutingContext> to(Endpoint endpoint) {
        return context -> answer(endpoint, new Request(vertx, context, gate));
    }

    private void answer(Endpoint endpoint, Request request) {
        Future.<Void>succeededFuture() // start inside a future: even a thrown refusal is rendered
                .compose(start -> endpoint.answer(request))
                .otherwise(failure -> refusals.reply(failure, request.id()))
                .onSuccess(reply -> {
                    request.send(reply);
                    request.unused().ifPresent(payloads::delete);
                });
    }
}
