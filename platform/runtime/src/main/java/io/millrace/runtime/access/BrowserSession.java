package io.millrace.runtime.access;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * The session a request of the console brings: its cookie, and what only a page of this very server can send along. The
 * cookie alone admits nobody, so that no other page, form or link can use it.
 */
public final class BrowserSession {
    /** Sent by the console with every request. A page of elsewhere cannot without being allowed to first. */
    public static final String HEADER = "X-Millrace-Console";

    private static final String NAME = "millrace-session-";

    private BrowserSession() {}

    /** @param cookie a name, {@code =} and a value */
    public static boolean isOne(String cookie) {
        return cookie.startsWith(NAME);
    }

    /**
     * The session's token; empty where there is no session cookie.
     *
     * @throws AccessRefusedException if there is one, but the request is not of the console's own page
     */
    public static Optional<String> token(HttpServerRequest request) {
        Cookie cookie = request.getCookie(name(request));
        if (cookie == null || cookie.getValue() == null || cookie.getValue().isEmpty()) {
            return Optional.empty();
        }
        requireOwnPage(request);
        return Optional.of(cookie.getValue());
    }

    /** @throws AccessRefusedException unless the request says that the console's page, served from here, sent it */
    public static void requireOwnPage(HttpServerRequest request) {
        if (request.getHeader(HEADER) == null) {
            throw AccessRefusedException.notTheConsole("without the header " + HEADER);
        }
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin")) {
            throw AccessRefusedException.notTheConsole("of another site (" + site + ")");
        }
        String origin = request.getHeader("Origin");
        if (origin != null && !isOwn(origin, request)) {
            throw AccessRefusedException.notTheConsole("of a page of " + origin);
        }
    }

    /** Whether the origin is the address that was called; the scheme may differ behind a proxy that does TLS. */
    private static boolean isOwn(String origin, HttpServerRequest request) {
        String host = CalledHost.of(request);
        int slashes = origin.indexOf("://");
        return slashes > 0 && origin.substring(slashes + 3).equalsIgnoreCase(host);
    }

    /** The browser keeps it until it is closed; scripts do not see it, other sites' requests do not bring it. */
    public static void give(HttpServerRequest request, String token) {
        request.response()
                .addCookie(Cookie.cookie(name(request), token)
                        .setPath("/")
                        .setHttpOnly(true)
                        .setSecure(isSecure(request))
                        .setSameSite(CookieSameSite.STRICT));
    }

    public static void takeBack(HttpServerRequest request) {
        request.response()
                .addCookie(Cookie.cookie(name(request), "")
                        .setPath("/")
                        .setMaxAge(0)
                        .setHttpOnly(true)
                        .setSecure(isSecure(request))
                        .setSameSite(CookieSameSite.STRICT));
    }

    private static boolean isSecure(HttpServerRequest request) {
        return request.isSSL() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
    }

    /** Browsers keep cookies by host whatever the port: two servers of one machine must not overwrite each other's. */
    private static String name(HttpServerRequest request) {
        return NAME + request.localAddress().port();
    }
}
