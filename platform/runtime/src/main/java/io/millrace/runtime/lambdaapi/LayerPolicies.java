package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.lambdaapi.LambdaApiException.PreconditionFailedException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.registry.LayerAdministration;
import io.millrace.runtime.registry.LayerVersionArn;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Who else may use a version of a layer (lambda-semantics 8.1). */
final class LayerPolicies {
    private static final String REVISION = "RevisionId";

    private final DocumentShelf documents;
    private final LayerAdministration layers;
    private final LayerArns arns;

    LayerPolicies(DocumentShelf documents, LayerAdministration layers, LayerArns arns) {
        this.documents = documents;
        this.layers = layers;
        this.arns = arns;
    }

    Future<Reply> add(Request request) {
        LayerVersionArn layer = existing(request);
        Members members = request.members();
        ObjectNode statement = PolicyStatements.statement(members, layer.toString());
        PolicyStatements.condition(statement, "StringEquals", "aws:PrincipalOrgID", members.text("OrganizationId"));
        return request.blocking(() -> change(
                        layer, members.text(REVISION), policy -> Optional.of(PolicyStatements.with(policy, statement))))
                .map(after -> Reply.json(
                        201,
                        Json.object()
                                .put(PolicyStatements.STATEMENT, statement.toString())
                                .put(REVISION, revision(after).orElseThrow())));
    }

    Future<Reply> remove(Request request) {
        LayerVersionArn layer = existing(request);
        String sid = request.path("StatementId");
        return request.blocking(() -> change(
                        layer,
                        request.query(REVISION),
                        policy -> PolicyStatements.without(policy.orElseThrow(PolicyStatements::none), sid)))
                .map(after -> Reply.empty(204));
    }

    Future<Reply> show(Request request) {
        ObjectNode policy = find(existing(request)).orElseThrow(PolicyStatements::none);
        return Future.succeededFuture(Reply.json(
                200,
                Json.object()
                        .put("Policy", PolicyStatements.document(policy))
                        .put(REVISION, revision(Optional.of(policy)).orElseThrow())));
    }

    private Optional<ObjectNode> find(LayerVersionArn layer) {
        return documents.find(DocumentKind.LAYER_POLICY, layer.layer(), Integer.toString(layer.number()));
    }

    private Optional<ObjectNode> change(
            LayerVersionArn layer, Optional<String> expectedRevision, UnaryOperator<Optional<ObjectNode>> change) {
        return documents.change(DocumentKind.LAYER_POLICY, layer.layer(), Integer.toString(layer.number()), before -> {
            Optional<ObjectNode> after = change.apply(before);
            if (expectedRevision.isPresent() && !expectedRevision.equals(revision(before))) {
                throw new PreconditionFailedException("The Revision Id provided does not match the latest"
                        + " Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id");
            }
            return after.map(policy -> policy.put(REVISION, RegisteredFunction.newRevision()));
        });
    }

    private static Optional<String> revision(Optional<ObjectNode> policy) {
        return policy.map(stored -> stored.path(REVISION).asText());
    }

    private LayerVersionArn existing(Request request) {
        LayerVersionArn arn = arns.named(request);
        if (layers.find(arn.layer(), arn.number()).isEmpty()) {
            throw new ResourceNotFoundException("Layer version " + arn + " does not exist.");
        }
        return arn;
    }
}
