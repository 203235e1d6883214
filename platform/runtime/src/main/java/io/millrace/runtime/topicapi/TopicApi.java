package io.millrace.runtime.topicapi;

import io.millrace.core.invocation.RequestIds;
import io.millrace.runtime.access.AccessControl;
import io.millrace.runtime.access.Caller;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.topic.Topics;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * SNS's HTTP API: forms at {@code POST /} with the operation in {@code Action}, answers in XML. Each request runs on its
 * event loop; what is stored goes to a worker.
 */
public final class TopicApi {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String SERVICE = "sns";
    /** A batch of the most bytes, each spelt with three, and room for the rest. */
    private static final int LARGEST_BODY = 1024 * 1024;

    private final Map<String, Function<TopicRequest, Future<Xml>>> operations;
    private final AccessControl access;

    public TopicApi(Topics topics, IdentitySettings identity, AccessControl access) {
        this.access = access;
        TopicOperations ofTopics = new TopicOperations(topics, identity);
        SubscriptionOperations ofSubscriptions = new SubscriptionOperations(topics, identity);
        Publishing publishing = new Publishing(topics, identity);
        this.operations = Map.ofEntries(
                Map.entry("CreateTopic", ofTopics::create),
                Map.entry("DeleteTopic", ofTopics::delete),
                Map.entry("ListTopics", ofTopics::list),
                Map.entry("GetTopicAttributes", ofTopics::attributes),
                Map.entry("Subscribe", ofSubscriptions::subscribe),
                Map.entry("Unsubscribe", ofSubscriptions::unsubscribe),
                Map.entry("ListSubscriptions", ofSubscriptions::list),
                Map.entry("ListSubscriptionsByTopic", ofSubscriptions::listByTopic),
                Map.entry("GetSubscriptionAttributes", ofSubscriptions::attributes),
                Map.entry("SetSubscriptionAttributes", ofSubscriptions::change),
                Map.entry("Publish", publishing::publish),
                Map.entry("PublishBatch", publishing::publishBatch));
    }

    /** Adds the one route; must come before that of another door at the same path. */
    public void mount(Router router) {
        router.post("/").handler(context -> {
            if (isForm(context.request())) {
                answer(context);
            } else {
                context.next();
            }
        });
    }

    private static boolean isForm(HttpServerRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return type != null && type.toLowerCase(Locale.ROOT).startsWith(FORM);
    }

    private void answer(RoutingContext context) {
        String requestId = RequestIds.next();
        Future.<Void>succeededFuture() // start inside a future: even a thrown refusal is rendered
                .compose(start -> run(context, requestId))
                .onSuccess(body -> send(context, requestId, 200, body))
                .onFailure(failure -> {
                    Refusal refusal = Refusals.of(failure, requestId);
                    send(context, requestId, refusal.status(), Xml.error(refusal, requestId));
                });
    }

    private Future<String> run(RoutingContext context, String requestId) {
        HttpServerRequest request = context.request();
        if (access.isOpen()) {
            access.requireNoForeignPage(request);
            return FormBody.read(request, LARGEST_BODY)
                    .compose(body -> run(request, body, Optional.empty(), requestId));
        }
        AccessControl.Claim claim = access.claim(request, SERVICE);
        return FormBody.read(request, LARGEST_BODY)
                .compose(body -> run(request, body, Optional.of(claim.verify(body)), requestId));
    }

    private Future<String> run(HttpServerRequest request, byte[] body, Optional<Caller> caller, String requestId) {
        Parameters parameters = Parameters.of(body);
        String action = parameters.action();
        Function<TopicRequest, Future<Xml>> operation = operations.get(action);
        if (operation == null) {
            throw Refusal.action(action);
        }
        Optional<String> trace = Optional.ofNullable(request.getHeader("X-Amzn-Trace-Id"));
        return operation
                .apply(new TopicRequest(parameters, caller, access, trace))
                .map(result -> Xml.response(action, requestId, result));
    }

    private static void send(RoutingContext context, String requestId, int status, String body) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return; // The caller has gone; what it asked for has been done all the same.
        }
        response.setStatusCode(status)
                .putHeader("x-amzn-RequestId", requestId)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/xml")
                .end(body);
    }
}
