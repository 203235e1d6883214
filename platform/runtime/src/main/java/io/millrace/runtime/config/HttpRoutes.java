package io.millrace.runtime.config;

import io.millrace.core.function.FunctionName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the setting {@code routes}. */
final class HttpRoutes {
    private static final Pattern ENTRY =
            Pattern.compile("([^/=]*)(/[^=]*)?=([a-zA-Z0-9-_]{1,64})(?::(\\$LATEST|[a-zA-Z0-9-_]{1,128}))?");
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
    private static final Pattern HOST = Pattern.compile("(?:" + LABEL + "(?:\\." + LABEL + ")*)?");
    private static final Pattern PATH = Pattern.compile("(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~!$&'()*+;:@-]+)*");
    /** What the platform answers itself: the date of an API's version, and its own pages. */
    private static final Pattern OWN = Pattern.compile("/(?:\\d{4}-\\d{2}-\\d{2}|_[^/]*)(?:/.*)?");

    private HttpRoutes() {}

    /** @throws InvalidSettingException naming the entry that cannot be used */
    static List<HttpRoute> read(String text) {
        List<HttpRoute> routes = new ArrayList<>();
        Set<String> places = new HashSet<>();
        if (text.isBlank()) {
            return routes;
        }
        for (String part : text.split(",", -1)) {
            String entry = part.strip();
            HttpRoute route = route(entry);
            if (!places.add(route.host() + route.path())) {
                throw refused(entry, "expected only one function for the same host and path");
            }
            routes.add(route);
        }
        return List.copyOf(routes);
    }

    private static HttpRoute route(String entry) {
        Matcher parts = ENTRY.matcher(entry);
        if (!parts.matches() || entry.startsWith("=")) {
            throw refused(entry, "expected [host][/path]=function[:qualifier]");
        }
        String host = String.valueOf(parts.group(1)).toLowerCase(Locale.ROOT);
        if (!HOST.matcher(host).matches()) {
            throw refused(entry, "expected the name of a host, without a port, before the path");
        }
        String path = withoutLastSlash(Optional.ofNullable(parts.group(2)).orElse(""));
        if (!PATH.matcher(path).matches()) {
            throw refused(entry, "expected a path of plain segments, such as /shop/v2");
        }
        if (OWN.matcher(path).matches() || (host.isEmpty() && path.isEmpty())) {
            throw refused(entry, "expected a path that hides none of the platform's own, which begin with a date or _");
        }
        return new HttpRoute(
                host, path, new FunctionName(String.valueOf(parts.group(3))), Optional.ofNullable(parts.group(4)));
    }

    private static String withoutLastSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static InvalidSettingException refused(String entry, String expected) {
        return new InvalidSettingException(
                "setting routes has the entry '" + InvalidSettingException.printable(entry) + "', " + expected);
    }
}
