package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.PreconditionFailedException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.Optional;

/** Who else may use a function, a version or an alias (lambda-semantics 8.1). None has the policy of another. */
final class FunctionPolicies {
    private final FunctionAdministration functions;
    private final DocumentShelf documents;
    private final FunctionLocator locator;

    FunctionPolicies(FunctionAdministration functions, DocumentShelf documents, FunctionLocator locator) {
        this.functions = functions;
        this.documents = documents;
        this.locator = locator;
    }

    Future<Reply> add(Request request) {
        FunctionArn arn = named(request, "AddPermission");
        RegisteredFunction function = functions.find(arn.function()).orElseThrow(() -> FunctionLocator.notFound(arn));
        requireQualifier(function, arn);
        Members members = request.members();
        ObjectNode statement = statement(members, arn);
        return change(arn, members.text("RevisionId"), policy -> Optional.of(PolicyStatements.with(policy, statement)))
                .map(added -> Reply.json(201, Json.object().put(PolicyStatements.STATEMENT, statement.toString())));
    }

    private static ObjectNode statement(Members members, FunctionArn arn) {
        ObjectNode statement = PolicyStatements.statement(members, arn.toString());
        String equal = "StringEquals";
        PolicyStatements.condition(statement, equal, "lambda:FunctionUrlAuthType", members.text("FunctionUrlAuthType"));
        PolicyStatements.condition(statement, equal, "aws:PrincipalOrgID", members.text("PrincipalOrgID"));
        PolicyStatements.condition(statement, equal, "AWS:SourceAccount", members.text("SourceAccount"));
        PolicyStatements.condition(statement, equal, "lambda:EventSourceToken", members.text("EventSourceToken"));
        PolicyStatements.condition(statement, "ArnLike", "AWS:SourceArn", members.text("SourceArn"));
        PolicyStatements.condition(
                statement,
                "Bool",
                "lambda:InvokedViaFunctionUrl",
                members.truth("InvokedViaFunctionUrl").map(String::valueOf));
        return statement;
    }

    Future<Reply> remove(Request request) {
        FunctionArn arn = named(request, "RemovePermission");
        RegisteredFunction function = functions
                .find(arn.function())
                .orElseThrow(
                        () -> new ResourceNotFoundException("No policy found for: " + locator.arn(arn.function())));
        requireQualifier(function, arn);
        String sid = request.path("StatementId");
        return change(
                        arn,
                        request.query("RevisionId"),
                        policy -> PolicyStatements.without(policy.orElseThrow(PolicyStatements::none), sid))
                .map(removed -> Reply.empty(204));
    }

    Future<Reply> show(Request request) {
        FunctionArn arn = named(request, "GetPolicy");
        Optional<ObjectNode> policy =
                documents.find(DocumentKind.POLICY, arn.function().value(), qualifier(arn));
        Optional<String> revision =
                functions.find(arn.function()).flatMap(function -> function.revisionOf(qualifier(arn)));
        if (policy.isEmpty() || revision.isEmpty()) {
            throw new ResourceNotFoundException("The resource you requested does not exist.");
        }
        return Future.succeededFuture(Reply.json(
                200,
                Json.object()
                        .put("Policy", PolicyStatements.document(policy.get()))
                        .put("RevisionId", revision.get())));
    }

    private FunctionArn named(Request request, String action) {
        FunctionArn arn = locator.named(request, action);
        if (arn.qualifier().filter(FunctionArn.LATEST::equals).isPresent()) {
            throw new InvalidParameterValueException("We currently do not support adding policies for $LATEST.");
        }
        return arn;
    }

    private static String qualifier(FunctionArn arn) {
        return arn.qualifier().orElse(FunctionArn.LATEST);
    }

    private static void requireQualifier(RegisteredFunction function, FunctionArn arn) {
        String qualifier = qualifier(arn);
        if (!function.published().exists(qualifier)) {
            throw Qualifiers.isNumber(qualifier)
                    ? FunctionLocator.notFound(arn)
                    : new ResourceNotFoundException("Cannot find alias arn: " + arn);
        }
    }

    private Future<Void> change(FunctionArn arn, Optional<String> expectedRevision, PolicyChange change) {
        FunctionName name = arn.function();
        String qualifier = qualifier(arn);
        return functions.revise(name, qualifier, () -> {
            // With the function as it is now: nothing else changes it meanwhile.
            Optional<String> actual = functions.find(name).flatMap(function -> function.revisionOf(qualifier));
            documents.change(DocumentKind.POLICY, name.value(), qualifier, before -> {
                Optional<ObjectNode> after = change.apply(before);
                if (expectedRevision.isPresent() && !expectedRevision.equals(actual)) {
                    throw new PreconditionFailedException("The Revision Id provided does not match the latest Revision"
                            + " Id. Call the GetPolicy API to retrieve the latest Revision Id");
                }
                return after;
            });
        });
    }

    @FunctionalInterface
    private interface PolicyChange {
        Optional<ObjectNode> apply(Optional<ObjectNode> before);
    }
}
