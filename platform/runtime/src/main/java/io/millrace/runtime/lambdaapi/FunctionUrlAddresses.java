package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.config.UrlSettings;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a function's URL is written for whom it is told to. */
final class FunctionUrlAddresses {
    private static final Pattern ORIGIN =
            Pattern.compile("(?<scheme>https?)://(?<host>[A-Za-z0-9._-]+|\\[[0-9a-fA-F:.]+\\])(?<port>:\\d{1,5})?");
    /** This machine; any name below localhost is found by browsers and command lines themselves. */
    private static final Pattern LOOPBACK =
            Pattern.compile("127\\.\\d+\\.\\d+\\.\\d+|0\\.0\\.0\\.0|\\[[0:]+1?\\]|(.*\\.)?localhost");

    private final Optional<URI> base;
    private final String region;

    FunctionUrlAddresses(UrlSettings urls, String region) {
        this.base = urls.base();
        this.region = region;
    }

    /** @param origin under which the caller reached this door; below another host than loopback, a path needs no DNS */
    String address(String id, String origin) {
        if (base.isPresent()) {
            return base.get().getScheme() + "://" + id + "." + base.get().getRawAuthority() + "/";
        }
        Matcher reached = ORIGIN.matcher(origin);
        if (!reached.matches()) {
            return "http://" + below(id) + "/";
        }
        String port = Optional.ofNullable(reached.group("port")).orElse("");
        return LOOPBACK.matcher(String.valueOf(reached.group("host"))).matches()
                ? reached.group("scheme") + "://" + below(id) + port + "/"
                : origin + "/_url/" + id + "/";
    }

    private String below(String id) {
        return id + ".lambda-url." + region + ".localhost";
    }
}
