package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.accounting.Accounting;
import io.millrace.runtime.config.CodeSettings;
import io.millrace.runtime.config.FunctionSettings;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.config.LimitSettings;
import io.millrace.runtime.config.UrlSettings;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import io.millrace.runtime.lambdaapi.LambdaApiException.UnknownOperationException;
import io.millrace.runtime.mapping.MappingAdministration;
import io.millrace.runtime.objects.CodeObjects;
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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The AWS Lambda HTTP API on Vert.x, and the platform's own {@code /_millrace} pages. Each request runs on its event
 * loop; what takes long goes to a worker. Listens once.
 */
public final class LambdaApi {
    static final String FUNCTION_NAME = "FunctionName";
    static final String CODE = "Sha256";

    /** A dead connection is let go after this; longer than any function may take to answer. */
    private static final int IDLE_MINUTES = 16;

    private final Vertx vertx;
    private final Refusals refusals;
    private final Gate gate;
    private final Routes routes;
    private final Router router;
    private final HttpServer server;

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
        FunctionAdministration functions = administration.functions();
        FunctionLocator locator = new FunctionLocator(rules.identity(), functions);
        this.gate = new Gate(administration.access(), new Resources(rules.identity(), locator), rules.limits(), clock);
        this.routes = new Routes(gate);
        ConfigurationReply replies = new ConfigurationReply(administration.layers());
        LayerArns layerArns = new LayerArns(rules.identity(), administration.layers());
        router.route().handler(this::serve);
        routeInvocations(invoker, new InvocationReader(locator, rules.limits()));
        FunctionTags tags = new FunctionTags(administration.documents());
        routeFunctions(new Functions(functions, locator, replies, tags));
        UploadedCode uploads = new UploadedCode(CodeObjects.of(vertx, rules.code(), clock));
        routeChanges(new FunctionChanges(functions, locator, replies, layerArns, uploads, tags, rules.function()));
        routeTags(new Tags(tags, locator));
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
        routeEventSourceMappings(new EventSourceMappings(administration.mappings(), locator, rules.identity()));
        routeAccount(new AccountSettings(functions, administration.layers()));
        routePlatform(new PlatformView(vitals.accounting(), vitals.isBrokerConnected()));
        routeDevMode(new DevModeView(vertx, locator));
        routePolicies(new FunctionPolicies(functions, administration.documents(), locator));
        routeLayerPolicies(new LayerPolicies(administration.documents(), administration.layers(), layerArns));
        routeKeys(new KeysView(administration.access().keys()));
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
            AccessControl access) {}

    /** What the platform tells about itself. */
    public record Vitals(Accounting accounting, BooleanSupplier isBrokerConnected) {}

    /** The settings this door needs. */
    public record Rules(
            LimitSettings limits,
            FunctionSettings function,
            CodeSettings code,
            IdentitySettings identity,
            UrlSettings urls) {}

    /** Lets another door share this one's address; to be called before {@link #listen}. */
    public LambdaApi with(Consumer<Router> routes) {
        routes.accept(router);
        return this;
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
        return server.shutdown(Math.max(1, drainTimeout.toMillis()), TimeUnit.MILLISECONDS);
    }

    /** Names of the operations that this door answers with more than a refusal. */
    Set<String> served() {
        return routes.served();
    }

    private void routeInvocations(Invoker invoker, InvocationReader reader) {
        Invocations invocations = new Invocations(invoker, reader);
        routes.add("Invoke", invocations::invoke);
        routes.add("InvokeAsync", invocations::invokeAsync);
        routes.add("InvokeWithResponseStream", new StreamedInvocations(invoker, reader)::invoke);
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
                .onSuccess(request::send);
    }
}
