package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.OptionalInt;

/** Reserved concurrency of a function (lambda-semantics 4.2). */
final class ReservedConcurrency {
    private static final String MEMBER = "ReservedConcurrentExecutions";
    private static final int MOST = 1_000_000;

    private final FunctionAdministration functions;
    private final FunctionLocator locator;

    ReservedConcurrency(FunctionAdministration functions, FunctionLocator locator) {
        this.functions = functions;
        this.locator = locator;
    }

    Future<Reply> put(Request request) {
        FunctionName name = unqualified(request, "PutFunctionConcurrency").name();
        // No account has more, so that whatever is beyond is refused as this much is.
        int permits = Math.min(MOST, request.members().integer(MEMBER).orElseThrow());
        return functions.reserve(name, OptionalInt.of(permits)).map(ReservedConcurrency::reply);
    }

    Future<Reply> show(Request request) {
        return Future.succeededFuture(reply(unqualified(request, "GetFunctionConcurrency")));
    }

    Future<Reply> delete(Request request) {
        FunctionName name = unqualified(request, "DeleteFunctionConcurrency").name();
        return functions.reserve(name, OptionalInt.empty()).map(cleared -> Reply.empty(204));
    }

    private RegisteredFunction unqualified(Request request, String action) {
        FunctionArn arn = locator.named(request, action);
        if (arn.qualifier().isPresent()) {
            throw new InvalidParameterValueException("This operation is permitted on Lambda functions only. Aliases and"
                    + " versions do not support this operation. Please specify either a function name or an unqualified"
                    + " function ARN.");
        }
        return locator.existing(request, action);
    }

    private static Reply reply(RegisteredFunction function) {
        ObjectNode body = Json.object();
        function.reservedConcurrency().ifPresent(permits -> body.put(MEMBER, permits));
        return Reply.json(200, body);
    }
}
