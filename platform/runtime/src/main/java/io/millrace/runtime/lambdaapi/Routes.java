package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import io.millrace.runtime.lambdaapi.model.Operation;
import io.millrace.runtime.lambdaapi.model.Operations;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * From a request to the endpoint of its operation, by the description of the API. Nothing that breaks the description
 * reaches an endpoint, and every operation it has gets an answer.
 */
final class Routes {
    /** A body up to this size is read on the event loop; the way to a worker and back would take longer. */
    private static final int QUICKLY_READ_BYTES = 64 * 1024;

    private final Operations operations = Operations.described();
    private final Map<String, Endpoint> endpoints = new HashMap<>();
    private final Gate gate;

    Routes(Gate gate) {
        this.gate = gate;
    }

    void add(String operation, Endpoint endpoint) {
        endpoints.put(operations.named(operation).name(), endpoint);
    }

    Set<String> served() {
        return Set.copyOf(endpoints.keySet());
    }

    /** Empty where the path is not one of the API. */
    Optional<Operations.Match> find(RoutingContext context) {
        return operations.find(
                context.request().method().name(),
                String.valueOf(context.request().path()),
                name -> context.queryParam(name).stream().findFirst());
    }

    /** Finds out who calls, checks, and lets the endpoint answer. */
    Future<Reply> answer(Operations.Match match, Request request) {
        Future<Void> identified = gate.identify(request, match.operation().name());
        return identified.succeeded() // at once where nobody has to sign
                ? answerKnown(match, request)
                : identified.compose(known -> answerKnown(match, request));
    }

    private Future<Reply> answerKnown(Operations.Match match, Request request) {
        Operation operation = match.operation();
        Endpoint endpoint = endpoints.get(operation.name());
        if (endpoint == null) {
            throw unsupported(operation);
        }
        request.means(match);
        if (!operation.hasMembersInBody()) {
            gate.authorize(operation, request, Operation.emptyBody());
            request.check(Operation.emptyBody());
            return endpoint.answer(request);
        }
        return ControlBody.read(request, operation.name())
                .compose(body -> members(request, operation, body))
                .compose(members -> {
                    gate.authorize(operation, request, members);
                    request.check(members);
                    return endpoint.answer(request);
                });
    }

    private static Future<ObjectNode> members(Request request, Operation operation, byte[] body) {
        return body.length <= QUICKLY_READ_BYTES
                ? Future.succeededFuture(Json.members(operation, body))
                : request.blocking(() -> Json.members(operation, body));
    }

    /**
     * A client error, so that no SDK tries again, with a code that the operation's clients know: all have
     * InvalidParameterValueException but InvokeAsync, which has InvalidRequestContentException.
     */
    private static LambdaApiException unsupported(Operation operation) {
        String message = "The operation " + operation.name() + " is not supported by Millrace.";
        return operation.hasError("InvalidParameterValueException")
                ? new InvalidParameterValueException(message)
                : new InvalidRequestContentException(message);
    }
}
