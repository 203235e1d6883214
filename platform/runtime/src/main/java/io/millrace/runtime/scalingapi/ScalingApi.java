package io.millrace.runtime.scalingapi;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.Caller;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.scaling.ScalingAdministration;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Application Auto Scaling's HTTP API for Lambda's provisioned concurrency: {@code POST /} with the operation in
 * {@code X-Amz-Target}, AWS JSON 1.1. Each request runs on its event loop; what is stored goes to a worker.
 */
public final class ScalingApi {
    private static final String CONTENT_TYPE = "application/x-amz-json-1.1";
    private static final String SERVICE = "application-autoscaling";
    private static final String OPERATIONS = "AnyScaleFrontendService.";
    /** Far more than 50 resource ids of the greatest length. */
    private static final long LARGEST_BODY = 256L * 1024;
    // UTF-8 only; names come from callers, and the JVM's table of interned ones is for ever.
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CHARSET_DETECTION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final Map<String, Function<Members, Future<ObjectNode>>> operations;
    private final AccessControl access;
    private final IdentitySettings identity;

    public ScalingApi(ScalingAdministration scaling, IdentitySettings identity, AccessControl access) {
        this.access = access;
        this.identity = identity;
        Arns arns = new Arns(identity);
        Targets targets = new Targets(scaling, arns);
        Policies policies = new Policies(scaling, arns);
        Actions actions = new Actions(scaling, arns);
        this.operations = Map.of(
                "RegisterScalableTarget", targets::register,
                "DescribeScalableTargets", targets::describe,
                "DeregisterScalableTarget", targets::deregister,
                "PutScalingPolicy", policies::put,
                "DescribeScalingPolicies", policies::describe,
                "DeleteScalingPolicy", policies::delete,
                "PutScheduledAction", actions::put,
                "DescribeScheduledActions", actions::describe,
                "DeleteScheduledAction", actions::delete);
    }

    /** Adds the one route; the server behind the router stays its owner's. */
    public void mount(Router router) {
        router.post("/")
                .handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY))
                .handler(this::answer)
                .failureHandler(ScalingApi::refuseBody);
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
        Optional<Caller> caller = access.isOpen() ? Optional.empty() : Optional.of(caller(context));
        String target =
                Optional.ofNullable(context.request().getHeader("X-Amz-Target")).orElse("");
        Function<Members, Future<ObjectNode>> operation =
                target.startsWith(OPERATIONS) ? operations.get(target.substring(OPERATIONS.length())) : null;
        if (operation == null) {
            throw Refusal.unknownOperation(
                    "X-Amz-Target is '" + target + "', expected " + OPERATIONS + " and the name of an operation");
        }
        ObjectNode members = body(context);
        caller.ifPresent(known -> access.authorize(
                known,
                SERVICE + ":" + target.substring(OPERATIONS.length()),
                resource(members.path("ResourceId").asText(""))));
        return operation.apply(new Members(members));
    }

    private Caller caller(RoutingContext context) {
        Buffer body = Optional.ofNullable(context.body().buffer()).orElseGet(Buffer::buffer);
        return access.claim(context.request(), SERVICE).verify(body.getBytes());
    }

    /** The function, rather than the target as at AWS: who may use some functions only may scale those. */
    private String resource(String resourceId) {
        return resourceId.startsWith("function:")
                ? "arn:aws:lambda:" + identity.region() + ":" + identity.account() + ":" + resourceId
                : "*";
    }

    private static ObjectNode body(RoutingContext context) {
        Buffer body = Optional.ofNullable(context.body().buffer()).orElseGet(Buffer::buffer);
        try {
            if (MAPPER.readTree(body.getBytes()) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException notJson) {
            throw Refusal.serialization("the body is not JSON: " + notJson.getOriginalMessage());
        } catch (IOException notText) {
            throw Refusal.serialization("the body is not JSON: " + notText.getMessage());
        }
        throw Refusal.serialization("the body is not JSON, expected an object");
    }

    /** The body broke off or is too large; it has not been looked at. */
    private static void refuseBody(RoutingContext context) {
        refuse(context, RequestIds.next(), Refusals.ofBody(context.statusCode(), LARGEST_BODY));
    }

    private static void refuse(RoutingContext context, String requestId, Refusal refusal) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("__type", refusal.type())
                .put("Message", refusal.text());
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
