package io.millrace.runtime.trace;

import io.millrace.core.invocation.Invocation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Belongs to a trace that is not recorded, and hands on that it does. */
record UnrecordedAttempt(TraceHeader came, TraceContext context) implements AttemptTrace {
    @Override
    public Invocation seen(Invocation invocation) {
        Map<String, String> attributes = new HashMap<>(invocation.attributes());
        attributes.put(Invocation.TRACE, came.at(context));
        return Spans.with(invocation, attributes);
    }

    @Override
    public Optional<String> header(Optional<String> same) {
        return Optional.of(came.at(context));
    }

    @Override
    public Optional<String> traceparent() {
        return Optional.of(context.traceparent());
    }

    @Override
    public Optional<String> tracestate() {
        return came.tracestate();
    }
}
