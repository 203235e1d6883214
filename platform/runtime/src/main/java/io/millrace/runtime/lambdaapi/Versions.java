package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.PublishedVersion;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.Optional;

/** Publishing versions (lambda-semantics 6.3). */
final class Versions {
    private final FunctionAdministration functions;
    private final FunctionLocator locator;
    private final ConfigurationReply replies;

    Versions(FunctionAdministration functions, FunctionLocator locator, ConfigurationReply replies) {
        this.functions = functions;
        this.locator = locator;
        this.replies = replies;
    }

    Future<Reply> publish(Request request) {
        RegisteredFunction function = locator.existing(request, "PublishVersion");
        return publish(function, request.members())
                .map(version -> Reply.json(201, replies.complete(located(function, version))));
    }

    private Future<PublishedVersion> publish(RegisteredFunction function, Members members) {
        UnsupportedMembers.refuse(members.object());
        return functions.publish(
                function.name(),
                members.text("CodeSha256").map(hash -> hexadecimal(hash, function)),
                members.text("Description"),
                members.text("RevisionId"));
    }

    private Located located(RegisteredFunction function, PublishedVersion version) {
        FunctionArn arn = locator.arn(function.name()).withQualifier(version.qualifier());
        return new Located(arn, function, Optional.of(version));
    }

    private static String hexadecimal(String base64, RegisteredFunction function) {
        return Sha256.hexadecimal(base64)
                .orElseThrow(() ->
                        mismatch(base64, function.code().map(Sha256::base64).orElse("")));
    }

    /** Both in base64. */
    static InvalidParameterValueException mismatch(String wanted, String actual) {
        return new InvalidParameterValueException("CodeSHA256 (" + wanted
                + ") is different from current CodeSHA256 in $LATEST (" + actual
                + "). Please try again with the CodeSHA256 in $LATEST.");
    }
}
