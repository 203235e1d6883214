package io.millrace.runtime.runtimeapi;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** The answers of the Runtime API, spelt as in the vendor's public emulator. */
final class Replies {
    static final int MAXIMUM_PAYLOAD_BYTES = RuntimeApi.MAXIMUM_PAYLOAD_BYTES;

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

    private Replies() {}

    static void accepted(HttpServerResponse response) {
        response.setStatusCode(202).putHeader(HttpHeaders.CONTENT_TYPE, JSON).end("{\"status\":\"OK\"}");
    }

    static void invalidRequestId(HttpServerResponse response) {
        error(response, 400, "InvalidRequestID", "Invalid request ID");
    }

    static void invalidInvocationId(HttpServerResponse response) {
        error(response, 400, "InvalidInvocationId", "Invalid invocation ID");
    }

    static void tooLarge(HttpServerResponse response) {
        error(
                response,
                413,
                "RequestEntityTooLarge",
                "Exceeded maximum allowed payload size (" + MAXIMUM_PAYLOAD_BYTES + " bytes).");
    }

    static void invalidTransition(HttpServerResponse response, RuntimePhase from, String to) {
        error(
                response,
                403,
                "InvalidStateTransition",
                "State transition from " + from.wireName() + " to " + to
                        + " failed for runtime. Error: State transition is not allowed");
    }

    static void forbidden(HttpServerResponse response, String type, String message) {
        error(response, 403, type, message);
    }

    static void notFound(HttpServerResponse response, String method, String path) {
        error(response, 404, "NotFound", "the Runtime API has no " + method + " " + path);
    }

    private static void error(HttpServerResponse response, int status, String type, String message) {
        if (response.ended() || response.closed()) {
            return;
        }
        JsonObject body = new JsonObject().put("errorMessage", message).put("errorType", type);
        response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(body.encode());
    }
}
