package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** Names for versions (lambda-semantics 6.4). */
final class Aliases {

    private final FunctionAdministration functions;
    private final FunctionLocator locator;

    Aliases(FunctionAdministration functions, FunctionLocator locator) {
        this.functions = functions;
        this.locator = locator;
    }

    Future<Reply> create(Request request) {
        FunctionName function = locator.existing(request, "CreateAlias").name();
        Members members = request.members();
        Alias alias = AliasMembers.read(members).alias(members.text("Name").orElseThrow());
        return functions.createAlias(function, alias).map(created -> Reply.json(201, render(function, created)));
    }

    Future<Reply> show(Request request) {
        RegisteredFunction function = locator.existing(request, "GetAlias");
        String name = name(request);
        Alias alias = function.published()
                .alias(name)
                .orElseThrow(
                        () -> new ResourceNotFoundException("Cannot find alias arn: " + arn(function.name(), name)));
        return Future.succeededFuture(Reply.json(200, render(function.name(), alias)));
    }

    Future<Reply> update(Request request) {
        RegisteredFunction function = locator.existing(request, "UpdateAlias");
        String name = name(request);
        return update(function, name, AliasMembers.read(request.members()))
                .map(updated -> Reply.json(200, render(function.name(), updated)));
    }

    private Future<Alias> update(RegisteredFunction function, String name, AliasMembers members) {
        if (function.published().alias(name).isEmpty()) {
            throw new ResourceNotFoundException("Alias not found: " + arn(function.name(), name));
        }
        return functions.updateAlias(function.name(), name, members::over, members.expectedRevision());
    }

    Future<Reply> delete(Request request) {
        RegisteredFunction function = locator.existing(request, "DeleteAlias");
        return functions.deleteAlias(function.name(), name(request)).map(deleted -> Reply.empty(204));
    }

    /** In the order of names; FunctionVersion asks for those that point to it. */
    Future<Reply> list(Request request) {
        RegisteredFunction function = locator.existing(request, "ListAliases");
        Optional<String> version = request.query("FunctionVersion");
        List<Alias> aliases = function.published().aliases().values().stream()
                .filter(alias -> version.isEmpty() || alias.pointsTo(version.get()))
                .toList();
        return Future.succeededFuture(
                Page.of(request, aliases, Alias::name).reply("Aliases", alias -> render(function.name(), alias)));
    }

    private static String name(Request request) {
        return request.path("Name");
    }

    private FunctionArn arn(FunctionName function, String alias) {
        return locator.arn(function).withQualifier(alias);
    }

    private ObjectNode render(FunctionName function, Alias alias) {
        ObjectNode body = Json.object();
        body.put("AliasArn", arn(function, alias.name()).toString())
                .put("Name", alias.name())
                .put("FunctionVersion", alias.functionVersion())
                .put("Description", alias.description());
        alias.routing().ifPresent(routing -> body.putObject("RoutingConfig")
                .putObject("AdditionalVersionWeights")
                .put(routing.additionalVersion(), routing.weight()));
        return body.put("RevisionId", alias.revisionId());
    }
}
