package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.dispatch.EventPlace;
import io.millrace.runtime.dispatch.FunctionWaits;
import io.millrace.runtime.dispatch.Wait;
import io.millrace.runtime.dispatch.Whereabouts;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionState;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.Optional;

/** Why events of a function wait, or one of them. */
final class WaitingView {
    static final String PATH = "/_millrace/functions/:" + LambdaApi.FUNCTION_NAME + "/waiting";
    static final String ACTION = "millrace:GetStats";

    private final Whereabouts whereabouts;
    private final FunctionAdministration functions;
    private final FunctionLocator locator;

    WaitingView(Whereabouts whereabouts, FunctionAdministration functions, FunctionLocator locator) {
        this.whereabouts = whereabouts;
        this.functions = functions;
        this.locator = locator;
    }

    Future<Reply> show(Request request) {
        FunctionArn arn = locator.named(request, "GetStats");
        if (arn.qualifier().isPresent()) {
            throw new InvalidParameterValueException("function name is '" + request.functionName()
                    + "', expected one without a version: all versions have one queue");
        }
        RegisteredFunction function = functions.find(arn.function()).orElseThrow(() -> FunctionLocator.notFound(arn));
        Optional<String> id = request.query("request-id").filter(text -> !text.isEmpty());
        return id.isPresent()
                ? whereabouts
                        .of(arn.function(), id.get())
                        .map(place -> Reply.json(200, render(function, id.get(), place)))
                : whereabouts.of(arn.function()).map(waits -> Reply.json(200, render(function, waits)));
    }

    private static ObjectNode render(RegisteredFunction function) {
        FunctionState state = function.state();
        ObjectNode body = Json.object().put("function", function.name().value()).put("state", state.latest());
        if (!state.reason().isEmpty()) {
            body.put("stateReason", state.reason());
        }
        return body;
    }

    private static ObjectNode render(RegisteredFunction function, FunctionWaits waits) {
        ObjectNode body = render(function)
                .put("waiting", waits.waiting())
                .put("delayed", waits.delayed())
                .put("running", waits.running());
        ArrayNode reasons = body.putArray("reasons");
        waits.waits().forEach(wait -> render(reasons.addObject().put("events", wait.events()), wait)
                .put("detail", wait.detail()));
        return body;
    }

    private static ObjectNode render(RegisteredFunction function, String id, EventPlace place) {
        ObjectNode body = render(function)
                .put("requestId", id)
                .put("place", place.place().wireName())
                .put("detail", place.detail());
        place.why().ifPresent(wait -> render(body, wait));
        return body;
    }

    private static ObjectNode render(ObjectNode into, Wait wait) {
        into.put("reason", wait.reason().wireName());
        wait.until().ifPresent(until -> into.put("until", until.toString()));
        wait.heldBy().ifPresent(holder -> into.put("heldBy", holder));
        return into;
    }
}
