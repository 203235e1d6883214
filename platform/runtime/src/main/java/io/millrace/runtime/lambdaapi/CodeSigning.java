package io.millrace.runtime.lambdaapi;

import io.vertx.core.Future;

/** Code signing of functions: none is signed here (lambda-semantics 8.3). */
final class CodeSigning {
    private final FunctionLocator locator;

    CodeSigning(FunctionLocator locator) {
        this.locator = locator;
    }

    /** As for a function without a code signing config: no members. */
    Future<Reply> show(Request request) {
        locator.existing(request, "GetFunctionCodeSigningConfig");
        return Future.succeededFuture(Reply.json(200, Json.object()));
    }
}
