package io.millrace.runtime.topicapi;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Reads a body of bounded size, whole and as it came: a signature covers it, and the server's own reading of forms takes
 * short values only. Event loop only.
 */
final class FormBody {
    private final int limit;
    private final Promise<byte[]> whole = Promise.promise();
    private final Buffer kept = Buffer.buffer();

    private FormBody(int limit) {
        this.limit = limit;
    }

    /** To be called before the event loop does anything else; fails with a Refusal. */
    static Future<byte[]> read(HttpServerRequest request, int limit) {
        FormBody body = new FormBody(limit);
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.handler(body::receive)
                .endHandler(end -> body.whole.tryComplete(body.kept.getBytes()))
                .exceptionHandler(broken -> body.whole.tryFail(Refusal.brokenOff()));
        return body.whole.future();
    }

    private void receive(Buffer chunk) {
        if (kept.length() + (long) chunk.length() > limit) {
            whole.tryFail(Refusal.tooLarge(limit));
        } else {
            kept.appendBuffer(chunk);
        }
    }
}
