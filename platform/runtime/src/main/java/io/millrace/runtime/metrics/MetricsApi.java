package io.millrace.runtime.metrics;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.access.Caller;
import io.millrace.runtime.accounting.FunctionReadings;
import io.millrace.runtime.config.MetricsSettings;
import io.millrace.runtime.mapping.MappingAdministration;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.observe.Meters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /metrics} for scrapers, and {@code GET /_millrace/usage}. Each request runs on its event loop; what takes
 * long goes to a worker.
 */
public final class MetricsApi implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(MetricsApi.class);
    private static final String SERVICE = "lambda";
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String BEARER = "Bearer ";
    private static final byte[] NO_BODY = {};

    private final MetricsSettings settings;
    private final AccessControl access;
    private final UsageMeter usage;
    private final Scrape scrape;

    /** What it reads. */
    public record Sources(
            Meters meters,
            FunctionReadings readings,
            Supplier<Future<Map<String, Long>>> undone,
            Function<Collection<FunctionName>, Future<Map<FunctionName, Duration>>> waitingAges,
            ConcurrencyLedger ledger,
            MappingAdministration mappings,
            BooleanSupplier isBrokerConnected,
            UsageMeter usage) {}

    public MetricsApi(Vertx vertx, Sources sources, MetricsSettings settings, AccessControl access, Clock clock) {
        this.settings = settings;
        this.access = access;
        this.usage = sources.usage();
        this.scrape = new Scrape(
                vertx,
                new Scrape.Parts(
                        sources.meters(),
                        sources.readings(),
                        sources.undone(),
                        sources.waitingAges(),
                        sources.ledger(),
                        sources.mappings(),
                        sources.isBrokerConnected(),
                        clock));
    }

    /** Adds the routes; the server behind the router stays its owner's. */
    public void mount(Router router) {
        if (settings.enabled()) {
            router.get("/metrics").handler(context -> answer(context, TEXT, () -> metrics(context)));
        }
        if (settings.usageDays() > 0) {
            router.get("/_millrace/usage")
                    .handler(context -> answer(context, "application/json", () -> usage(context)));
        }
    }

    private Future<Buffer> metrics(RoutingContext context) {
        if (access.isOpen() || !hasToken(context.request())) {
            authorize(context.request(), "millrace:GetMetrics");
        }
        return scrape.text();
    }

    private boolean hasToken(HttpServerRequest request) {
        String given = Optional.ofNullable(request.getHeader(HttpHeaders.AUTHORIZATION))
                .orElse("");
        return given.startsWith(BEARER)
                && settings.token()
                        .filter(token -> MessageDigest.isEqual(
                                given.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8),
                                token.getBytes(StandardCharsets.UTF_8)))
                        .isPresent();
    }

    private Future<Buffer> usage(RoutingContext context) {
        authorize(context.request(), "millrace:GetUsage");
        UsageQuery query = UsageQuery.of(context.queryParams(), usage.today());
        return usage.whenWritten(() -> Buffer.buffer(query.answer(usage.store()).toString()));
    }

    private void authorize(HttpServerRequest request, String action) {
        if (access.isOpen()) {
            access.requireNoForeignPage(request);
            return;
        }
        Caller caller = access.inSession(request)
                .orElseGet(() -> access.claim(request, SERVICE).verify(NO_BODY));
        access.authorize(caller, action, "*");
    }

    private static void answer(RoutingContext context, String type, Supplier<Future<Buffer>> endpoint) {
        Future.<Void>succeededFuture() // start inside a future: even a thrown refusal is rendered
                .compose(start -> endpoint.get())
                .onSuccess(body -> send(context, 200, type, body))
                .onFailure(failure -> refuse(context, failure));
    }

    private static void refuse(RoutingContext context, Throwable failure) {
        String requestId = RequestIds.next();
        if (failure instanceof AccessRefusedException refused) {
            refuse(context, 403, refused.code(), String.valueOf(refused.getMessage()), requestId);
        } else if (failure instanceof IllegalArgumentException unusable) {
            refuse(context, 400, "InvalidParameterValueException", String.valueOf(unusable.getMessage()), requestId);
        } else {
            LOGGER.atError()
                    .addKeyValue(LogKeys.REQUEST_ID, requestId)
                    .setCause(failure)
                    .log("metrics or usage cannot be told");
            refuse(context, 500, "ServiceException", "An internal error occurred.", requestId);
        }
    }

    private static void refuse(RoutingContext context, int status, String type, String message, String requestId) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("Type", status < 500 ? "User" : "Service").put("Message", message);
        context.response().putHeader("x-amzn-ErrorType", type).putHeader("x-amzn-RequestId", requestId);
        send(context, status, "application/json", Buffer.buffer(body.toString()));
    }

    private static void send(RoutingContext context, int status, String type, Buffer body) {
        if (!context.response().ended() && !context.response().closed()) {
            context.response()
                    .setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, type)
                    .end(body);
        }
    }

    @Override
    public void close() {
        scrape.close();
    }
}
