package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** Tags of a resource by its ARN (lambda-semantics 8.2). Functions and event source mappings have some here. */
final class Tags {
    private static final String RESOURCE = "Resource";

    private final FunctionTags functions;
    private final FunctionLocator locator;
    private final MappingTags mappings;

    Tags(FunctionTags functions, FunctionLocator locator, MappingTags mappings) {
        this.functions = functions;
        this.locator = locator;
        this.mappings = mappings;
    }

    Future<Reply> list(Request request) {
        String arn = request.path(RESOURCE);
        ObjectNode body = Json.object();
        body.set(
                "Tags",
                Json.texts(
                        MappingTags.isMapping(arn) ? mappings.of(arn) : functions.of(locator.tagged(arn, "ListTags"))));
        return Future.succeededFuture(Reply.json(200, body));
    }

    Future<Reply> add(Request request) {
        String arn = request.path(RESOURCE);
        if (MappingTags.isMapping(arn)) {
            return mappings.add(arn, added(request)).map(done -> Reply.empty(204));
        }
        FunctionName function = locator.tagged(arn, "TagResource");
        Map<String, String> added = added(request);
        return request.blocking(() -> {
            functions.add(function, added);
            return Reply.empty(204);
        });
    }

    private static Map<String, String> added(Request request) {
        Map<String, String> added =
                request.members().object("Tags").orElseThrow().texts();
        if (added.isEmpty()) {
            throw new InvalidParameterValueException("An error occurred and the request cannot be processed.");
        }
        return added;
    }

    Future<Reply> remove(Request request) {
        String arn = request.path(RESOURCE);
        List<String> keys = request.inQuery("tagKeys");
        if (MappingTags.isMapping(arn)) {
            return mappings.remove(arn, keys).map(done -> Reply.empty(204));
        }
        FunctionName function = locator.tagged(arn, "UntagResource");
        return request.blocking(() -> {
            functions.remove(function, keys);
            return Reply.empty(204);
        });
    }
}
