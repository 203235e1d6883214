package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.vertx.core.Future;
import java.util.Optional;

/** Whether a function may go on calling itself (lambda-semantics 2.4). */
final class RecursionConfigs {
    private static final String MEMBER = "RecursiveLoop";
    private static final String DEFAULT = "Terminate";

    private final DocumentShelf documents;
    private final FunctionLocator locator;

    RecursionConfigs(DocumentShelf documents, FunctionLocator locator) {
        this.documents = documents;
        this.locator = locator;
    }

    Future<Reply> put(Request request) {
        FunctionName function =
                locator.existing(request, "PutFunctionRecursionConfig").name();
        ObjectNode wanted =
                Json.object().put(MEMBER, request.members().text(MEMBER).orElseThrow());
        return request.blocking(() -> {
            documents.change(
                    DocumentKind.RECURSION, function.value(), FunctionArn.LATEST, before -> Optional.of(wanted));
            return Reply.json(200, wanted);
        });
    }

    Future<Reply> show(Request request) {
        FunctionName function =
                locator.existing(request, "GetFunctionRecursionConfig").name();
        ObjectNode body = documents
                .find(DocumentKind.RECURSION, function.value(), FunctionArn.LATEST)
                .orElseGet(() -> Json.object().put(MEMBER, DEFAULT));
        return Future.succeededFuture(Reply.json(200, body));
    }
}
