package io.millrace.runtime.functionurl;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.access.UrlAccess;
import io.millrace.runtime.access.UrlCaller;
import io.millrace.runtime.config.HttpRoute;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.config.LimitSettings;
import io.millrace.runtime.config.UrlSettings;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionUrl;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * Functions as web pages (lambda-semantics 7): at their URLs, which are told apart by host or below {@code /_url/}, and
 * at the routes of the settings. Shares the server of the Lambda API and stands before it: what comes to a host of a
 * function never reaches that API. Each request runs on its event loop; what takes long goes to a worker.
 */
public final class FunctionUrlApi {
    /** Before every other route of the server. */
    private static final int FIRST = -1000;
    /** With a body that is not plain text an event is larger than it; brokers and workers take no larger one. */
    private static final int LARGEST_EVENT = 100 * 1024 * 1024;

    /** A page with this is of no address at all: what it asks of the server brings no session. */
    private static final String SANDBOX = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";

    private final Vertx vertx;
    private final Workers workers;
    private final Invoker invoker;
    private final FunctionAdministration functions;
    private final KnownUrls urls;
    private final UrlAccess access;
    private final Rules rules;
    private final Destinations destinations;
    private final InstantSource clock;

    /** @param access asked for every request to a URL; routes are for everybody */
    public FunctionUrlApi(
            Vertx vertx,
            Invoker invoker,
            FunctionAdministration functions,
            DocumentShelf documents,
            UrlAccess access,
            Rules rules,
            InstantSource clock) {
        this.vertx = vertx;
        this.workers = new Workers(vertx);
        this.invoker = invoker;
        this.functions = functions;
        this.urls = new KnownUrls(documents);
        this.access = access;
        this.rules = rules;
        this.destinations = new Destinations(rules.urls());
        this.clock = clock;
    }

    /** The settings this door needs. */
    public record Rules(LimitSettings limits, IdentitySettings identity, UrlSettings urls) {}

    /** Adds the one route; the server behind the router stays its owner's. */
    public void mount(Router router) {
        router.route().order(FIRST).handler(this::serve);
    }

    private void serve(RoutingContext context) {
        destinations
                .find(context.request())
                .ifPresentOrElse(
                        destination -> {
                            if (destination.sharesAddress() && access.admitsSessions()) {
                                keepFromConsole(context);
                            }
                            Exchange exchange = new Exchange(vertx, context.request(), clock.instant());
                            Future.<Void>succeededFuture() // start inside a future: even a thrown refusal is rendered
                                    .compose(start -> answer(exchange, target(destination)))
                                    .onFailure(failure -> refuse(exchange, failure));
                        },
                        context::next);
    }

    /** Or a page that a function returns could use the session of whoever looks at it. */
    private static void keepFromConsole(RoutingContext context) {
        context.addHeadersEndHandler(written -> context.response().headers().add("Content-Security-Policy", SANDBOX));
    }

    private static void refuse(Exchange exchange, Throwable failure) {
        UrlRefusal refusal = Refusals.of(failure, exchange.id());
        if (!exchange.hasBegun()) {
            exchange.send(refusal.answer());
        } else {
            exchange.cut();
        }
    }

    /**
     * The function behind a destination, and by what rules it is reached.
     *
     * @param url empty for a route
     */
    private record Target(
            Destination destination, FunctionArn arn, String apiId, String domainPrefix, Optional<FunctionUrl> url) {
        boolean isByIam() {
            return url.filter(FunctionUrl::isByIam).isPresent();
        }
    }

    private Target target(Destination destination) {
        if (destination instanceof Destination.ToRoute to) {
            HttpRoute route = to.route();
            FunctionArn function = arn(route);
            if (!exists(function)) {
                throw UrlRefusal.noFunction(function.toString());
            }
            return new Target(
                    destination,
                    function,
                    route.function().value(),
                    destination.origin().firstLabel(),
                    Optional.empty());
        }
        FunctionUrl url = urls.find(((Destination.ToUrl) destination).id()).orElseThrow(UrlRefusal::unknown);
        FunctionArn function =
                new FunctionArn(rules.identity().region(), rules.identity().account(), url.function(), url.alias());
        if (!exists(function)) {
            throw UrlRefusal.forbidden();
        }
        return new Target(destination, function, url.id(), url.id(), Optional.of(url));
    }

    private FunctionArn arn(HttpRoute route) {
        return new FunctionArn(
                rules.identity().region(), rules.identity().account(), route.function(), route.qualifier());
    }

    private boolean exists(FunctionArn arn) {
        return functions
                .find(arn.function())
                .filter(function -> function.state().isDeployable())
                .filter(function -> arn.qualifier()
                        .map(qualifier -> qualifier.equals(FunctionArn.LATEST)
                                || function.published().alias(qualifier).isPresent()
                                || function.published().version(qualifier).isPresent())
                        .orElse(true))
                .isPresent();
    }

    private Future<Void> answer(Exchange exchange, Target target) {
        Optional<CorsRules> cors = target.url().flatMap(FunctionUrl::cors).map(CorsRules::new);
        if (cors.isPresent() && CorsRules.isPreflight(exchange.request())) {
            exchange.send(cors.get().preflight(exchange.request()));
            return Future.succeededFuture();
        }
        exchange.obey(cors);
        return RequestBody.read(vertx, exchange.request(), rules.limits().requestBytes())
                .compose(body -> workers.run(body.length, () -> event(exchange, target, body)))
                .compose(event -> run(exchange, target, event));
    }

    private byte[] event(Exchange exchange, Target target, byte[] body) {
        Optional<UrlCaller> caller = Optional.empty();
        if (target.url().isPresent()) {
            UrlCaller admitted = access.admit(exchange.request(), body, target.arn(), target.isByIam())
                    .orElseThrow(UrlRefusal::forbidden);
            caller = target.isByIam() ? Optional.of(admitted) : Optional.empty();
        }
        byte[] event = RequestEvent.of(
                exchange.told(target.destination(), target.apiId(), target.domainPrefix(), body), caller);
        if (event.length > LARGEST_EVENT) {
            throw UrlRefusal.tooLarge(rules.limits().requestBytes());
        }
        return event;
    }

    private Future<Void> run(Exchange exchange, Target target, byte[] event) {
        Invocation invocation = new Invocation(
                exchange.id(),
                target.arn(),
                InvocationType.REQUEST_RESPONSE,
                event,
                Optional.empty(),
                Map.of(Invocation.TRACE, exchange.trace()));
        if (target.url().filter(FunctionUrl::isStreaming).isPresent()) {
            StreamedAnswer answer =
                    new StreamedAnswer(exchange, workers, rules.limits().requestBytes());
            return invoker.stream(invocation, answer)
                    .onSuccess(ended -> answer.end(ended.outcome()))
                    .onFailure(answer::fail)
                    .mapEmpty();
        }
        return invoker.call(invocation)
                .compose(answer -> rendered(answer.outcome()))
                .map(answer -> {
                    exchange.send(answer);
                    return null;
                });
    }

    private Future<HttpAnswer> rendered(Outcome outcome) {
        return outcome.match(new Outcome.Cases<>() {
            @Override
            public Future<HttpAnswer> succeeded(Outcome.Succeeded succeeded) {
                byte[] result = succeeded.response();
                return workers.run(result.length, () -> ResponseInference.infer(result));
            }

            @Override
            public Future<HttpAnswer> functionError(Outcome.FunctionError error) {
                return Future.failedFuture(UrlRefusal.badGateway());
            }

            @Override
            public Future<HttpAnswer> throttled(Outcome.Throttled throttled) {
                return Future.failedFuture(UrlRefusal.throttled());
            }
        });
    }
}
