package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.config.FunctionSettings;
import io.millrace.runtime.registry.Changed;
import io.millrace.runtime.registry.CodeChange;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Creating functions, changing their code and configuration (lambda-semantics 6.1 to 6.3). */
final class FunctionChanges {
    private final FunctionAdministration functions;
    private final FunctionLocator locator;
    private final ConfigurationReply replies;
    private final LayerArns layers;
    private final UploadedCode uploads;
    private final FunctionTags tags;
    private final FunctionSettings defaults;

    FunctionChanges(
            FunctionAdministration functions,
            FunctionLocator locator,
            ConfigurationReply replies,
            LayerArns layers,
            UploadedCode uploads,
            FunctionTags tags,
            FunctionSettings defaults) {
        this.functions = functions;
        this.locator = locator;
        this.replies = replies;
        this.layers = layers;
        this.uploads = uploads;
        this.tags = tags;
        this.defaults = defaults;
    }

    Future<Reply> create(Request request) {
        return request.blocking(() -> newFunction(request.members()))
                .compose(wanted -> create(request, wanted).compose(created -> tagged(request, wanted, created)))
                .map(created -> Reply.json(201, replies.complete(created)));
    }

    private Future<Located> create(Request request, NewFunction wanted) {
        return uploads.archive(request, request.members().object("Code").orElseThrow())
                .compose(archive -> functions.create(wanted.name(), wanted.configuration(), archive, wanted.publish()))
                .map(created -> located(created, locator.arn(wanted.name())));
    }

    private Future<Located> tagged(Request request, NewFunction wanted, Located created) {
        if (wanted.tags().isEmpty()) {
            return Future.succeededFuture(created);
        }
        return request.blocking(() -> {
            tags.add(wanted.name(), wanted.tags());
            return created;
        });
    }

    Future<Reply> updateCode(Request request) {
        FunctionName name = locator.existing(request, "UpdateFunctionCode").name();
        boolean isTrial = request.members().truth("DryRun").orElse(false);
        return uploads.archive(request, request.members())
                .map(archive -> newCode(request.members(), archive))
                .compose(code -> isTrial ? functions.tryCode(name, code) : functions.updateCode(name, code))
                .map(updated -> Reply.json(200, replies.complete(located(updated, qualified(updated)))));
    }

    private FunctionArn qualified(Changed changed) {
        FunctionArn arn = locator.arn(changed.function().name());
        return changed.version()
                .map(version -> arn.withQualifier(version.qualifier()))
                .orElse(arn);
    }

    /** Publishing along with a creation is told by the version's number only, not by the ARN (lambda-semantics 6.3). */
    private static Located located(Changed changed, FunctionArn arn) {
        return new Located(arn, changed.function(), changed.version());
    }

    Future<Reply> updateConfiguration(Request request) {
        FunctionName name =
                locator.existing(request, "UpdateFunctionConfiguration").name();
        return updateConfiguration(name, request.members())
                .map(updated -> Reply.json(200, replies.complete(latest(updated))));
    }

    private Future<RegisteredFunction> updateConfiguration(FunctionName name, Members members) {
        UnsupportedMembers.refuse(members.object());
        UnaryOperator<FunctionConfiguration> change = ConfigurationMembers.change(members);
        members.list("Layers").ifPresent(layers::requireUsable);
        return functions.updateConfiguration(name, change, members.text("RevisionId"));
    }

    private Located latest(RegisteredFunction function) {
        return Located.latest(function, locator.arn(function.name()));
    }

    private NewFunction newFunction(Members members) {
        FunctionName name = locator.toCreate(members.text("FunctionName").orElseThrow());
        UnsupportedMembers.refuse(members.object());
        FunctionConfiguration configuration = ConfigurationMembers.complete(members, defaults);
        layers.requireUsable(configuration.layers());
        Map<String, String> tagged = members.object("Tags").map(Members::texts).orElseGet(Map::of);
        FunctionTags.requireFew(tagged);
        return new NewFunction(
                name, configuration, tagged, members.truth("Publish").orElse(false));
    }

    private static CodeChange newCode(Members members, byte[] archive) {
        return new CodeChange(
                archive,
                ConfigurationMembers.architecture(members),
                members.text("RevisionId"),
                members.truth("Publish").orElse(false));
    }

    private record NewFunction(
            FunctionName name, FunctionConfiguration configuration, Map<String, String> tags, boolean publish) {}
}
