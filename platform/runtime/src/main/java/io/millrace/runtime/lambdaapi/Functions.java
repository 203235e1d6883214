package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Showing and deleting functions and their versions (lambda-semantics 6.1 to 6.3). */
final class Functions {

    private final FunctionAdministration functions;
    private final FunctionLocator locator;
    private final ConfigurationReply replies;
    private final FunctionTags tags;

    Functions(
            FunctionAdministration functions, FunctionLocator locator, ConfigurationReply replies, FunctionTags tags) {
        this.functions = functions;
        this.locator = locator;
        this.replies = replies;
        this.tags = tags;
    }

    /** In the order of names; with FunctionVersion=ALL every version of each, {@code $LATEST} first. */
    Future<Reply> list(Request request) {
        Optional<String> versions = request.query("FunctionVersion");
        Stream<Located> all = functions
                .from(functionOf(request.query("Marker").orElse("")))
                .flatMap(function -> versions.isPresent()
                        ? versions(function)
                        : Stream.of(Located.latest(function, locator.arn(function.name()))));
        return Future.succeededFuture(Page.of(request, all, Functions::key).reply("Functions", replies::listed));
    }

    /** {@code $LATEST} first, then as they were published. */
    Future<Reply> listVersions(Request request) {
        RegisteredFunction function = locator.existing(request, "ListVersionsByFunction");
        List<Located> all = versions(function).toList();
        return Future.succeededFuture(Page.of(request, all, Functions::key).reply("Versions", replies::listed));
    }

    Future<Reply> show(Request request) {
        Located located = locator.located(request, "GetFunction");
        ObjectNode body = Json.object();
        ObjectNode code = body.putObject("Code").put("RepositoryType", "S3");
        located.code().ifPresent(stored -> code.put("Location", CodeDownloads.location(request, stored)));
        body.set("Configuration", replies.complete(located));
        Map<String, String> tagged = tags.of(located.function().name());
        if (!tagged.isEmpty()) {
            body.set("Tags", Json.texts(tagged));
        }
        located.function().reservedConcurrency().ifPresent(permits -> body.putObject("Concurrency")
                .put("ReservedConcurrentExecutions", permits));
        return Future.succeededFuture(Reply.json(200, body));
    }

    Future<Reply> showConfiguration(Request request) {
        Located located = locator.located(request, "GetFunctionConfiguration");
        return Future.succeededFuture(Reply.json(200, replies.complete(located)));
    }

    Future<Reply> delete(Request request) {
        FunctionArn arn = locator.named(request, "DeleteFunction");
        if (functions.find(arn.function()).isEmpty()) {
            throw FunctionLocator.notFound(arn);
        }
        return arn.qualifier()
                .map(qualifier -> deleteVersion(arn.function(), qualifier))
                .orElseGet(() -> functions.delete(arn.function()))
                .map(deleted -> Reply.empty(204));
    }

    private Future<Void> deleteVersion(FunctionName name, String qualifier) {
        if (qualifier.equals(FunctionArn.LATEST)) {
            throw new InvalidParameterValueException(
                    "$LATEST version cannot be deleted without deleting the function.");
        }
        if (!Qualifiers.isNumber(qualifier)) {
            throw new InvalidParameterValueException("Deletion of aliases is not currently supported.");
        }
        // A version that does not exist counts as deleted; the number may be beyond what any could have.
        return functions
                .find(name)
                .flatMap(function -> function.published().version(qualifier))
                .map(version -> functions.deleteVersion(name, version.number()))
                .orElseGet(Future::succeededFuture);
    }

    private Stream<Located> versions(RegisteredFunction function) {
        FunctionArn arn = locator.arn(function.name());
        return Stream.concat(
                Stream.of(Located.latest(function, arn.qualified())),
                function.published().versions().values().stream()
                        .map(version ->
                                new Located(arn.withQualifier(version.qualifier()), function, Optional.of(version))));
    }

    /** The one whose key a marker is; all keys behind it are of this or of later functions. */
    private static Optional<FunctionName> functionOf(String marker) {
        String name = marker.split("!", 2)[0];
        return FunctionName.PATTERN.matcher(name).matches() ? Optional.of(new FunctionName(name)) : Optional.empty();
    }

    /** No name has the sign between them, and it comes before all that names have: versions stay with their function. */
    private static String key(Located located) {
        int number = located.version().map(version -> version.number()).orElse(0);
        return located.function().name() + "!" + Page.key(number);
    }
}
