package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.accounting.Accounting;
import io.millrace.runtime.config.FunctionSettings;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.config.LimitSettings;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import io.millrace.runtime.lambdaapi.LambdaApiException.UnknownOperationException;
import io.millrace.runtime.registry.CodeFiles;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.LayerAdministration;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The AWS Lambda HTTP API on Vert.x, and the platform's own {@code /_millrace} pages. Each request runs on its event
 * loop; what takes long goes to a worker. Listens once.
 */
public final class LambdaApi {
    static final String FUNCTION_NAME = "FunctionName";
    static final String ALIAS_NAME = "Name";
    static final String LAYER_NAME = "LayerName";
    static final String LAYER_VERSION = "VersionNumber";
    static final String CODE = "Sha256";

    private static final String FUNCTIONS = "/2015-03-31/functions";
    private static final String FUNCTION = FUNCTIONS + "/:" + FUNCTION_NAME;
    private static final String LAYERS = "/2018-10-31/layers";
    private static final String CONCURRENCY = "/functions/:" + FUNCTION_NAME + "/concurrency";
    private static final String EVENT_INVOKE_CONFIG =
            "/2019-09-25/functions/:" + FUNCTION_NAME + "/event-invoke-config";
    /** A dead connection is let go after this; longer than any function may take to answer. */
    private static final int IDLE_MINUTES = 16;

    private final Vertx vertx;
    private final Refusals refusals;
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
                .setIdleTimeout(IDLE_MINUTES)
                .setIdleTimeoutUnit(TimeUnit.MINUTES));
        FunctionAdministration functions = administration.functions();
        FunctionLocator locator = new FunctionLocator(rules.identity(), functions);
        ConfigurationReply replies = new ConfigurationReply(administration.layers());
        LayerArns layerArns = new LayerArns(rules.identity(), administration.layers());
        routeInvocations(new Invocations(invoker, locator, rules.limits()));
        routeFunctions(new Functions(functions, locator, replies));
        routeChanges(new FunctionChanges(functions, locator, replies, layerArns, rules.function()));
        route(HttpMethod.POST, FUNCTION + "/versions", new Versions(functions, locator, replies)::publish);
        routeAliases(new Aliases(functions, locator));
        routeConcurrency(new ReservedConcurrency(functions, locator));
        routeProvisioning(new Provisioning(functions, locator));
        routeEventInvokeConfigs(new EventInvokeConfigs(functions, locator, clock));
        routeLayers(new Layers(administration.layers(), layerArns, clock));
        routeAccount(new AccountSettings(functions, administration.layers()));
        routePlatform(new PlatformView(vitals.accounting(), vitals.isBrokerConnected()));
        routeDevMode(new DevModeView(vertx, locator));
        route(HttpMethod.GET, CodeDownloads.PATH, new CodeDownloads(administration.codes())::show);
        routeErrors();
    }

    /** What this door changes and shows. */
    public record Administration(FunctionAdministration functions, LayerAdministration layers, CodeFiles codes) {}

    /** What the platform tells about itself. */
    public record Vitals(Accounting accounting, BooleanSupplier isBrokerConnected) {}

    /** The settings this door needs. */
    public record Rules(LimitSettings limits, FunctionSettings function, IdentitySettings identity) {}

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
                .invalidRequestHandler(LambdaApi::refuseMalformed)
                .listen(port, host);
    }

    /** Takes no new connections and requests; those under way are answered, for at most {@code drainTimeout}. */
    public Future<Void> close(Duration drainTimeout) {
        return server.shutdown(Math.max(1, drainTimeout.toMillis()), TimeUnit.MILLISECONDS);
    }

    private void routeInvocations(Invocations invocations) {
        route(HttpMethod.POST, FUNCTION + "/invocations", invocations::invoke);
    }

    private void routeFunctions(Functions functions) {
        route(HttpMethod.GET, FUNCTIONS, functions::list);
        route(HttpMethod.GET, FUNCTION, functions::show);
        route(HttpMethod.DELETE, FUNCTION, functions::delete);
        route(HttpMethod.GET, FUNCTION + "/configuration", functions::showConfiguration);
        route(HttpMethod.GET, FUNCTION + "/versions", functions::listVersions);
    }

    private void routeChanges(FunctionChanges changes) {
        route(HttpMethod.POST, FUNCTIONS, changes::create);
        route(HttpMethod.PUT, FUNCTION + "/configuration", changes::updateConfiguration);
        route(HttpMethod.PUT, FUNCTION + "/code", changes::updateCode);
    }

    private void routeAliases(Aliases aliases) {
        String alias = FUNCTION + "/aliases/:" + ALIAS_NAME;
        route(HttpMethod.POST, FUNCTION + "/aliases", aliases::create);
        route(HttpMethod.GET, FUNCTION + "/aliases", aliases::list);
        route(HttpMethod.GET, alias, aliases::show);
        route(HttpMethod.PUT, alias, aliases::update);
        route(HttpMethod.DELETE, alias, aliases::delete);
    }

    private void routeConcurrency(ReservedConcurrency concurrency) {
        route(HttpMethod.PUT, "/2017-10-31" + CONCURRENCY, concurrency::put);
        route(HttpMethod.GET, "/2019-09-30" + CONCURRENCY, concurrency::show);
        route(HttpMethod.DELETE, "/2017-10-31" + CONCURRENCY, concurrency::delete);
    }

    private void routeProvisioning(Provisioning provisioning) {
        String path = "/2019-09-30/functions/:" + FUNCTION_NAME + "/provisioned-concurrency";
        route(HttpMethod.PUT, path, provisioning::put);
        route(HttpMethod.GET, path, provisioning::show);
        route(HttpMethod.DELETE, path, provisioning::delete);
    }

    private void routeLayers(Layers layers) {
        String versions = LAYERS + "/:" + LAYER_NAME + "/versions";
        String version = versions + "/:" + LAYER_VERSION;
        route(HttpMethod.GET, LAYERS, layers::list);
        route(HttpMethod.POST, versions, layers::publish);
        route(HttpMethod.GET, versions, layers::listVersions);
        route(HttpMethod.GET, version, layers::show);
        route(HttpMethod.DELETE, version, layers::delete);
    }

    private void routeEventInvokeConfigs(EventInvokeConfigs configs) {
        route(HttpMethod.PUT, EVENT_INVOKE_CONFIG, configs::put);
        route(HttpMethod.POST, EVENT_INVOKE_CONFIG, configs::update);
        route(HttpMethod.GET, EVENT_INVOKE_CONFIG, configs::show);
        route(HttpMethod.DELETE, EVENT_INVOKE_CONFIG, configs::delete);
    }

    private void routeAccount(AccountSettings account) {
        route(HttpMethod.GET, "/2016-08-19/account-settings", account::show);
        route(HttpMethod.PUT, "/_millrace/account", account::resize);
    }

    private void routePlatform(PlatformView view) {
        route(HttpMethod.GET, "/_millrace/stats", view::stats);
        route(HttpMethod.GET, "/_millrace/health", view::health);
    }

    private void routeDevMode(DevModeView view) {
        route(HttpMethod.GET, DevModeView.PATH, view::show);
        route(HttpMethod.PUT, DevModeView.PATH + "/functions/:" + FUNCTION_NAME, view::watch);
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

    /** SDKs differ in a slash at the end; both mean the same. */
    private void route(HttpMethod method, String path, Endpoint endpoint) {
        router.route(method, path).handler(to(endpoint));
        router.route(method, path + "/").handler(to(endpoint));
    }

    private Handler<RoutingContext> to(Endpoint endpoint) {
        return context -> answer(endpoint, new Request(vertx, context));
    }

    private void answer(Endpoint endpoint, Request request) {
        Future.<Void>succeededFuture() // start inside a future: even a thrown refusal is rendered
                .compose(start -> endpoint.answer(request))
                .otherwise(failure -> refusals.reply(failure, request.id()))
                .onSuccess(request::send);
    }

    /** What is not even HTTP; Vert.x knows which status fits. */
    private static void refuseMalformed(HttpServerRequest request) {
        // The connection ends with this answer; a client that is not told would send its next request into the end.
        request.response()
                .putHeader("x-amzn-RequestId", UUID.randomUUID().toString())
                .putHeader(HttpHeaders.CONNECTION, "close");
        HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER.handle(request);
    }
}
