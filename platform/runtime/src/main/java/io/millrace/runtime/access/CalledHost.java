package io.millrace.runtime.access;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** The name, and port, by which a caller reached the server. HTTP/2 has no Host header for it. */
final class CalledHost {
    private CalledHost() {}

    static String of(HttpServerRequest request) {
        return Optional.ofNullable(request.getHeader("Host")).orElseGet(() -> String.valueOf(request.authority()));
    }
}
