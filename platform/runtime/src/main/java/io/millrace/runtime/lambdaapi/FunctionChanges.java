package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionName;
import io.millrace.runtime.config.FunctionSettings;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Creating functions, changing their code and configuration (lambda-semantics 6.1 to 6.3). */
final class FunctionChanges {
    private final FunctionAdministration functions;
    private final FunctionLocator locator;
    private final ConfigurationReply replies;
    private final LayerArns layers;
    private final Versions versions;
    private final FunctionTags tags;
    private final FunctionSettings defaults;

    FunctionChanges(
            FunctionAdministration functions,
            FunctionLocator locator,
            ConfigurationReply replies,
            LayerArns layers,
            FunctionTags tags,
            FunctionSettings defaults) {
        this.functions = functions;
        this.locator = locator;
        this.replies = replies;
        this.layers = layers;
        this.versions = new Versions(functions, locator, replies);
        this.tags = tags;
        this.defaults = defaults;
    }

    Future<Reply> create(Request request) {
        return request.blocking(() -> newFunction(request.members()))
                .compose(wanted -> create(wanted).compose(created -> tagged(request, wanted, created)))
                .map(created -> Reply.json(201, replies.complete(created)));
    }

    private Future<Located> create(NewFunction wanted) {
        return functions
                .create(wanted.name(), wanted.configuration(), wanted.archive())
                .compose(created -> wanted.publish()
                        ? versions.publishAsChanged(created).map(this::unqualified)
                        : Future.succeededFuture(latest(created)));
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

    /** Publishing along with the creation is told by the version's number only. */
    private Located unqualified(Located version) {
        return new Located(locator.arn(version.function().name()), version.function(), version.version());
    }

    Future<Reply> updateCode(Request request) {
        FunctionName name = locator.existing(request, "UpdateFunctionCode").name();
        return request.blocking(() -> newCode(request.members()))
                .compose(code -> updateCode(name, code))
                .map(updated -> Reply.json(200, replies.complete(updated)));
    }

    private Future<Located> updateCode(FunctionName name, NewCode code) {
        return functions
                .updateCode(name, code.archive(), code.expectedRevision())
                .compose(updated -> move(updated, code.architecture()))
                .compose(updated ->
                        code.publish() ? versions.publishAsChanged(updated) : Future.succeededFuture(latest(updated)));
    }

    private Future<RegisteredFunction> move(RegisteredFunction function, Optional<String> architecture) {
        return architecture
                .filter(other -> !other.equals(function.configuration().architecture()))
                .map(other -> functions.updateConfiguration(
                        function.name(), current -> current.withArchitecture(other), Optional.empty()))
                .orElseGet(() -> Future.succeededFuture(function));
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
                name,
                configuration,
                tagged,
                UploadedCode.archive(members.object("Code").orElseThrow()),
                members.truth("Publish").orElse(false));
    }

    private static NewCode newCode(Members members) {
        return new NewCode(
                UploadedCode.archive(members),
                ConfigurationMembers.architecture(members),
                members.text("RevisionId"),
                members.truth("Publish").orElse(false));
    }

    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    private record NewFunction(
            FunctionName name,
            FunctionConfiguration configuration,
            Map<String, String> tags,
            byte[] archive,
            boolean publish) {}

    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    private record NewCode(
            byte[] archive, Optional<String> architecture, Optional<String> expectedRevision, boolean publish) {}
}
