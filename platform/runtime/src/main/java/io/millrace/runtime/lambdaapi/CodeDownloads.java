package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.CodeFiles;
import io.millrace.runtime.registry.CodeReference;
import io.vertx.core.Future;

/** Archives to fetch: where Lambda gives a signed address of its store, this door gives one of its own. */
final class CodeDownloads {
    static final String PATH = "/_millrace/code/:" + LambdaApi.CODE;

    private final CodeFiles files;

    CodeDownloads(CodeFiles files) {
        this.files = files;
    }

    /** Where the caller of {@code request} finds the archive. */
    static String location(Request request, CodeReference code) {
        return request.origin() + "/_millrace/code/" + code.sha256() + request.ticket(code.sha256());
    }

    Future<Reply> show(Request request) {
        String sha256 = request.path(LambdaApi.CODE);
        return request.blocking(() -> files.find(sha256)).map(file -> file.map(Reply::zip)
                .orElseThrow(() -> new ResourceNotFoundException("The resource you requested does not exist.")));
    }
}
