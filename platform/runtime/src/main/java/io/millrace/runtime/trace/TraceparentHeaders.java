package io.millrace.runtime.trace;

import io.millrace.core.invocation.Invocation;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Optional;

/**
 * Lets HTTP requests with a W3C {@code traceparent} count as such with the trace header that every door reads. Mounted
 * only where somebody traces. Event loop only.
 */
public final class TraceparentHeaders {
    private static final String TRACEPARENT = "traceparent";
    private static final String TRACESTATE = "tracestate";
    private static final double NEVER = 0; // A traceparent says itself whether its trace is recorded.

    private TraceparentHeaders() {}

    /** Before all that is mounted so far and later. */
    public static void mount(Router router) {
        router.route().order(Integer.MIN_VALUE).handler(TraceparentHeaders::translate);
    }

    private static void translate(RoutingContext request) {
        MultiMap headers = request.request().headers();
        String traceparent = headers.get(TRACEPARENT);
        if (traceparent != null && !isSigned(headers)) {
            Object tracestate = headers.contains(TRACESTATE) ? String.join(",", headers.getAll(TRACESTATE)) : null;
            Incoming incoming = Incoming.of(traceparent, tracestate, headers.get(Invocation.TRACE), NEVER);
            TraceContext.ofTraceparent(traceparent)
                    .ifPresent(context ->
                            headers.set(Invocation.TRACE, incoming.header().at(context)));
        }
        request.next();
    }

    /** Then it must stay as it is, or the signature would not match. */
    private static boolean isSigned(MultiMap headers) {
        return headers.contains(Invocation.TRACE)
                && Optional.ofNullable(headers.get("Authorization"))
                        .filter(signed -> signed.toLowerCase(Locale.ROOT).contains("x-amzn-trace-id"))
                        .isPresent();
    }
}
