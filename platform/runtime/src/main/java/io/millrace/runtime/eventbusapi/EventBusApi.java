package io.millrace.runtime.eventbusapi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.AccessRefusedException;
import io.millrace.runtime.access.Caller;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.eventbus.Archives;
import io.millrace.runtime.eventbus.EventBuses;
import io.millrace.runtime.eventbus.Replays;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * EventBridge's HTTP API: {@code POST /} with the operation in {@code X-Amz-Target}, AWS JSON 1.1. Each request runs on
 * its event loop; what is stored goes to a worker.
 */
public final class EventBusApi {
    private static final String CONTENT_TYPE = "application/x-amz-json-1.1";
    private static final String TARGET = "X-Amz-Target";
    private static final String SERVICE = "events";
    private static final String OPERATIONS = "AWSEvents.";
    /** Ten entries of the most bytes, with quotes escaped. */
    private static final long LARGEST_BODY = 4L * 1024 * 1024;
    // UTF-8 only; names come from callers, and the JVM's table of interned ones is for ever.
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CHARSET_DETECTION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final Map<String, Function<BusRequest, Future<ObjectNode>>> operations;
    private final AccessControl access;

    public EventBusApi(Parts parts, IdentitySettings identity, AccessControl access, InstantSource clock) {
        this.access = access;
        Buses ofBuses = new Buses(parts.buses(), identity);
        Rules rules = new Rules(parts.buses(), identity);
        Targets targets = new Targets(parts.buses(), identity);
        ArchiveOperations archives = new ArchiveOperations(parts.archives(), identity, clock);
        ReplayOperations replays = new ReplayOperations(parts.replays(), identity);
        this.operations = Map.ofEntries(
                Map.entry("PutEvents", new Putting(parts.buses(), identity, clock)::put),
                Map.entry("CreateEventBus", ofBuses::create),
                Map.entry("DeleteEventBus", ofBuses::delete),
                Map.entry("ListEventBuses", ofBuses::list),
                Map.entry("DescribeEventBus", ofBuses::describe),
                Map.entry("PutRule", rules::put),
                Map.entry("DescribeRule", rules::describe),
                Map.entry("ListRules", rules::list),
                Map.entry("EnableRule", rules::enable),
                Map.entry("DisableRule", rules::disable),
                Map.entry("DeleteRule", rules::delete),
                Map.entry("TestEventPattern", rules::test),
                Map.entry("PutTargets", targets::put),
                Map.entry("RemoveTargets", targets::remove),
                Map.entry("ListTargetsByRule", targets::list),
                Map.entry("CreateArchive", archives::create),
                Map.entry("DescribeArchive", archives::describe),
                Map.entry("ListArchives", archives::list),
                Map.entry("DeleteArchive", archives::delete),
                Map.entry("StartReplay", replays::start),
                Map.entry("DescribeReplay", replays::describe),
                Map.entry("ListReplays", replays::list),
                Map.entry("CancelReplay", replays::cancel));
    }

    /** What this door changes and shows. */
    public record Parts(EventBuses buses, Archives archives, Replays replays) {}

    /** Adds the one route; must come before that of another door that takes all that is posted there. */
    public void mount(Router router) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(LARGEST_BODY);
        router.post("/")
                .handler(ours(context -> admit(context, body)))
                .handler(ours(this::answer))
                .failureHandler(ours(context ->
                        refuse(context, RequestIds.next(), Refusals.ofBody(context.statusCode(), LARGEST_BODY))));
    }

    /** Reads no body of somebody who has no key. */
    private void admit(RoutingContext context, BodyHandler body) {
        try {
            if (!access.isOpen()) {
                access.claim(context.request(), SERVICE);
            }
        } catch (AccessRefusedException refused) {
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
            String requestId = RequestIds.next();
            refuse(context, requestId, Refusals.of(refused, requestId));
            return;
        }
        body.handle(context);
    }

    /** Other doors have the same path. */
    private static Handler<RoutingContext> ours(Handler<RoutingContext> handler) {
        return context -> {
            if (isOurs(context)) {
                handler.handle(context);
            } else {
                context.next();
            }
        };
    }

    private static boolean isOurs(RoutingContext context) {
        String target = context.request().getHeader(TARGET);
        return target != null && target.startsWith(OPERATIONS);
    }

    private void answer(RoutingContext context) {
        String requestId = RequestIds.next();
        Future.<Void>succeededFuture() // start inside a future: even a thrown refusal is rendered
                .compose(start -> run(context))
                .onSuccess(body -> send(context, requestId, 200, body))
                .onFailure(failure -> refuse(context, requestId, Refusals.of(failure, requestId)));
    }

    private Future<ObjectNode> run(RoutingContext context) {
        if (access.isOpen()) {
            access.requireNoForeignPage(context.request());
        }
        byte[] body = Optional.ofNullable(context.body().buffer())
                .orElseGet(Buffer::buffer)
                .getBytes();
        Optional<Caller> caller = access.isOpen()
                ? Optional.empty()
                : Optional.of(access.claim(context.request(), SERVICE).verify(body));
        String name = context.request().getHeader(TARGET).substring(OPERATIONS.length());
        Function<BusRequest, Future<ObjectNode>> operation = operations.get(name);
        if (operation == null) {
            throw Refusal.unknownOperation("The operation " + name + " of EventBridge is not supported by this server");
        }
        JsonNode members = json(body)
                .filter(JsonNode::isObject)
                .orElseThrow(() -> Refusal.serialization("the body is no JSON object"));
        return operation.apply(new BusRequest(name, new Members((ObjectNode) members), caller, access));
    }

    /** Empty for what is no JSON. */
    static Optional<JsonNode> json(String text) {
        return json(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<JsonNode> json(byte[] text) {
        try {
            return Optional.ofNullable(MAPPER.readTree(text)).filter(node -> !node.isMissingNode());
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    private static void refuse(RoutingContext context, String requestId, Refusal refusal) {
        ObjectNode body = BusRequest.answer().put("__type", refusal.type()).put("message", refusal.text());
        context.response().putHeader("x-amzn-ErrorType", refusal.type());
        send(context, requestId, refusal.status(), body);
    }

    private static void send(RoutingContext context, String requestId, int status, ObjectNode body) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return; // The caller has gone; what it asked for has been done all the same.
        }
        response.setStatusCode(status)
                .putHeader("x-amzn-RequestId", requestId)
                .putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                .end(body.toString());
    }
}
