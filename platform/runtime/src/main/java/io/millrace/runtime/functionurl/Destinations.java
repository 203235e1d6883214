package io.millrace.runtime.functionurl;

import io.millrace.runtime.config.HttpRoute;
import io.millrace.runtime.config.UrlSettings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From a request to where it wants: by its host, below {@code /_url/}, or by a route. Thread-safe. */
final class Destinations {
    private static final String PATH_PREFIX = "/_url";
    private static final String HOST_PART = ".lambda-url";
    private static final Pattern OF_LAMBDA = Pattern.compile("(.*)\\.lambda-url(?:\\..*)?");
    private static final Pattern ID = Pattern.compile("[a-z0-9]{32}");
    private static final Pattern BY_PATH = Pattern.compile("/_url(?:/([^/]*)(/.*)?)?");
    private static final Comparator<HttpRoute> NARROWEST_FIRST = Comparator.comparing(
                    (HttpRoute route) -> route.host().isEmpty())
            .thenComparing(route -> -route.path().length());

    private final Optional<URI> base;
    private final List<HttpRoute> routes;

    Destinations(UrlSettings urls) {
        this.base = urls.base();
        this.routes = urls.routes().stream().sorted(NARROWEST_FIRST).toList();
    }

    /** Empty where it wants to none of the functions. */
    Optional<Destination> find(HttpServerRequest request) {
        String path = request.path() == null || request.path().isEmpty() ? "/" : request.path();
        return mayBeForFunctions(request, path) ? find(Origin.of(request), path) : Optional.empty();
    }

    /** Seen at once: most requests are for the API, and this is asked of each. */
    private boolean mayBeForFunctions(HttpServerRequest request, String path) {
        return base.isPresent()
                || !routes.isEmpty()
                || path.startsWith(PATH_PREFIX)
                || told(request).toLowerCase(Locale.ROOT).contains(HOST_PART);
    }

    /** The host as it stands in the request, of which an {@link Origin} is read. */
    private static String told(HttpServerRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        return host == null ? Origin.of(request).host() : host; // HTTP/2 has it elsewhere.
    }

    Optional<Destination> find(Origin origin, String path) {
        if (isBelowBase(origin)) {
            return Optional.of(new Destination.ToUrl(origin.firstLabel(), atBase(origin), path, false));
        }
        Matcher ofLambda = OF_LAMBDA.matcher(origin.host());
        if (ofLambda.matches()) {
            return Optional.of(new Destination.ToUrl(String.valueOf(ofLambda.group(1)), origin, path, false));
        }
        Matcher byPath = BY_PATH.matcher(path);
        if (byPath.matches()) {
            String id = Optional.ofNullable(byPath.group(1)).orElse("");
            String rest = Optional.ofNullable(byPath.group(2)).orElse("/");
            return Optional.of(new Destination.ToUrl(id, origin, rest, true));
        }
        return routes.stream()
                .filter(route -> route.takes(origin.host(), path))
                .findFirst()
                .map(route -> new Destination.ToRoute(route, origin, path));
    }

    /** Other names below that host may be of other services, of this one's API too. */
    private boolean isBelowBase(Origin origin) {
        return base.isPresent()
                && origin.host().equals(origin.firstLabel() + "." + base.get().getHost())
                && ID.matcher(origin.firstLabel()).matches();
    }

    /** Who wrote the base knows how callers come here, through whatever stands before. */
    private Origin atBase(Origin origin) {
        String scheme = base.orElseThrow().getScheme();
        int port = base.orElseThrow().getPort();
        return new Origin(scheme, origin.host(), port < 0 ? Origin.usualPort(scheme) : port);
    }
}
