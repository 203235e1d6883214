package io.millrace.runtime.functionurl;

import io.millrace.runtime.config.HttpRoute;

/** Where a request wants to. */
sealed interface Destination {
    Origin origin();

    /** Whether the server's own pages have the same address, as far as browsers tell addresses apart. */
    boolean sharesAddress();

    /** Not decoded, as the function shall see it. */
    String rawPath();

    /** @param id as it was written; nobody may have it */
    record ToUrl(String id, Origin origin, String rawPath, boolean sharesAddress) implements Destination {}

    record ToRoute(HttpRoute route, Origin origin, String rawPath) implements Destination {
        @Override
        public boolean sharesAddress() {
            return route.host().isEmpty();
        }
    }
}
