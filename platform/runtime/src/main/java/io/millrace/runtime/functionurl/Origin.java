package io.millrace.runtime.functionurl;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.Locale;
import java.util.Optional;

/**
 * What a caller wrote before the path.
 *
 * @param host in lower case, without a dot at its end; empty where it told none
 */
record Origin(String scheme, String host, int port) {

    static Origin of(HttpServerRequest request) {
        String scheme = request.scheme() == null ? "http" : request.scheme();
        HostAndPort authority = request.authority();
        if (authority == null) {
            // None was told, or one that is no name; it still must not pass for another host than it says.
            String told =
                    Optional.ofNullable(request.getHeader(HttpHeaders.HOST)).orElse("");
            return new Origin(scheme, name(told.split(":", 2)[0]), usualPort(scheme));
        }
        return new Origin(scheme, name(authority.host()), authority.port() > 0 ? authority.port() : usualPort(scheme));
    }

    private static String name(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    static int usualPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    /** All before the first dot. */
    String firstLabel() {
        return host.split("\\.", 2)[0];
    }
}
