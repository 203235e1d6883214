package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * When a version gets another runtime (lambda-semantics 8.3). Kept and shown for clients that set it; the runtimes are
 * those of the machine, and nothing here changes them.
 */
final class RuntimeManagement {
    private static final String UPDATE = "UpdateRuntimeOn";
    private static final String RUNTIME = "RuntimeVersionArn";
    private static final String FUNCTION = "FunctionArn";
    private static final String MANUAL = "Manual";

    private final DocumentShelf documents;
    private final FunctionLocator locator;

    RuntimeManagement(DocumentShelf documents, FunctionLocator locator) {
        this.documents = documents;
        this.locator = locator;
    }

    Future<Reply> put(Request request) {
        Located located = locator.located(request, "PutRuntimeManagementConfig");
        ObjectNode wanted = wanted(request.members());
        return request.blocking(() -> {
            documents.change(
                    DocumentKind.RUNTIME_MANAGEMENT,
                    located.function().name().value(),
                    located.versionName(),
                    before -> Optional.of(wanted));
            return reply(located, wanted);
        });
    }

    private static ObjectNode wanted(Members members) {
        String update = members.text(UPDATE).orElseThrow();
        Optional<String> runtime = members.text(RUNTIME);
        if (update.equals(MANUAL) && runtime.isEmpty()) {
            throw new InvalidParameterValueException(
                    "UpdateRuntimeOn is Manual, expected a RuntimeVersionArn with it.");
        }
        if (!update.equals(MANUAL) && runtime.isPresent()) {
            throw new InvalidParameterValueException(
                    "UpdateRuntimeOn is " + update + ", expected no RuntimeVersionArn; only Manual takes one.");
        }
        ObjectNode wanted = Json.object().put(UPDATE, update);
        runtime.ifPresent(arn -> wanted.put(RUNTIME, arn));
        return wanted;
    }

    Future<Reply> show(Request request) {
        Located located = locator.located(request, "GetRuntimeManagementConfig");
        ObjectNode config = documents
                .find(DocumentKind.RUNTIME_MANAGEMENT, located.function().name().value(), located.versionName())
                .orElseGet(() -> Json.object().put(UPDATE, "Auto"));
        return Future.succeededFuture(reply(located, config));
    }

    /** Without a runtime's ARN it is null, as AWS has it. */
    private Reply reply(Located located, ObjectNode config) {
        FunctionArn arn = locator.arn(located.function().name()).withQualifier(located.versionName());
        ObjectNode body = Json.object();
        body.set(UPDATE, config.get(UPDATE));
        body.put(FUNCTION, arn.toString());
        body.set(RUNTIME, config.get(RUNTIME));
        return Reply.json(200, body);
    }
}
