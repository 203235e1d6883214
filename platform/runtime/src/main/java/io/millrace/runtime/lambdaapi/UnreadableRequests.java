package io.millrace.runtime.lambdaapi;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.UUID;

/** What is not even HTTP, or more of it than this door reads. */
final class UnreadableRequests {
    private UnreadableRequests() {}

    static void refuse(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        if (cause instanceof TooLongHttpLineException) {
            refuse(
                    request,
                    414,
                    "The first line of a request must not have more than " + RequestLimits.LINE_BYTES + " bytes.");
        } else if (cause instanceof TooLongHttpHeaderException) {
            refuse(
                    request,
                    431,
                    "The headers of a request must not have more than " + RequestLimits.HEADER_BYTES + " bytes.");
        } else {
            refuse(request, 400, "The request is not HTTP.");
        }
    }

    private static void refuse(HttpServerRequest request, int status, String message) {
        // The connection ends with this answer; a client that is not told would send its next request into the end.
        request.response()
                .setStatusCode(status)
                .putHeader("x-amzn-RequestId", UUID.randomUUID().toString())
                .putHeader("x-amzn-ErrorType", "InvalidRequestContentException")
                .putHeader("Content-Type", "application/json")
                .putHeader(HttpHeaders.CONNECTION, "close")
                .end(Buffer.buffer(Json.bytes(Json.object().put("Type", "User").put("message", message))))
                .onComplete(sent -> request.connection().close());
    }
}
