package io.millrace.runtime.config;

import io.millrace.core.function.FunctionName;
import java.util.Optional;

/**
 * Requests to a host, or below a path, that go to a function.
 *
 * @param host in lower case; empty for any
 * @param path without a slash at its end; empty for all paths
 * @param qualifier a version or an alias
 */
public record HttpRoute(String host, String path, FunctionName function, Optional<String> qualifier) {

    /** @param requested path, not decoded; {@code /shop} takes itself and what goes on with a slash */
    public boolean takes(String requestedHost, String requested) {
        return (host.isEmpty() || host.equals(requestedHost))
                && requested.startsWith(path)
                && (requested.length() == path.length() || requested.charAt(path.length()) == '/');
    }
}
