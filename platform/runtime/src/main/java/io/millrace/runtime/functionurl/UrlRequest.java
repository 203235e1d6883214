package io.millrace.runtime.functionurl;

import io.vertx.core.MultiMap;
import java.time.Instant;

/**
 * An HTTP request as a function is told of it.
 *
 * @param rawPath not decoded
 * @param rawQuery not decoded; empty where there is none
 * @param protocol such as {@code HTTP/1.1}
 * @param apiId of the URL, or the name of a route's function
 * @param domain the host it came to, without a port
 * @param scheme by which the caller came, as far as the platform knows
 * @param sourceIp the other end of the connection
 * @param trace for the trace header; given or new
 * @param body empty where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // Read once, never compared.
record UrlRequest(
        String id,
        String method,
        String rawPath,
        String rawQuery,
        String protocol,
        MultiMap headers,
        String apiId,
        String domain,
        String domainPrefix,
        String scheme,
        int port,
        String sourceIp,
        String trace,
        Instant at,
        byte[] body) {}
