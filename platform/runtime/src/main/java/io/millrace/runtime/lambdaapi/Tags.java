package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** Tags of a resource by its ARN (lambda-semantics 8.2). Only functions have some here. */
final class Tags {
    private static final String RESOURCE = "Resource";

    private final FunctionTags tags;
    private final FunctionLocator locator;

    Tags(FunctionTags tags, FunctionLocator locator) {
        this.tags = tags;
        this.locator = locator;
    }

    Future<Reply> list(Request request) {
        FunctionName function = locator.tagged(request.path(RESOURCE), "ListTags");
        ObjectNode body = Json.object();
        body.set("Tags", Json.texts(tags.of(function)));
        return Future.succeededFuture(Reply.json(200, body));
    }

    Future<Reply> add(Request request) {
        FunctionName function = locator.tagged(request.path(RESOURCE), "TagResource");
        Map<String, String> added =
                request.members().object("Tags").orElseThrow().texts();
        if (added.isEmpty()) {
            throw new InvalidParameterValueException("An error occurred and the request cannot be processed.");
        }
        return request.blocking(() -> {
            tags.add(function, added);
            return Reply.empty(204);
        });
    }

    Future<Reply> remove(Request request) {
        FunctionName function = locator.tagged(request.path(RESOURCE), "UntagResource");
        List<String> keys = request.inQuery("tagKeys");
        return request.blocking(() -> {
            tags.remove(function, keys);
            return Reply.empty(204);
        });
    }
}
