package io.millrace.runtime.trace;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Where in which trace something comes from.
 *
 * @param context empty where nothing says so
 * @param header that came with it; what others wrote there is handed on
 */
record Incoming(Optional<TraceContext> context, TraceHeader header) {

    static final Incoming NOWHERE = new Incoming(Optional.empty(), TraceHeader.parse(""));

    /** Of a message: its {@code traceparent}, as that is nearer to its publisher, else its trace header. */
    static Incoming of(Message message, double sample) {
        Map<String, Object> properties = EventMessages.properties(message);
        return properties.isEmpty()
                ? NOWHERE
                : of(
                        properties.get(EventProperties.TRACEPARENT),
                        properties.get(EventProperties.TRACESTATE),
                        properties.get(EventProperties.TRACE),
                        sample);
    }

    /** Of a record that has one of the two, a {@code traceparent} or a trace header. */
    static Incoming ofEither(String text, double sample) {
        return text.contains("Root=") ? of(null, null, text, sample) : of(text, null, null, sample);
    }

    /** Of a trace header alone; null where there is none. */
    static Incoming ofHeader(@Nullable String header, double sample) {
        return of(null, null, header, sample);
    }

    /** @param tracestate counts with a {@code traceparent} only */
    static Incoming of(
            @Nullable Object traceparent, @Nullable Object tracestate, @Nullable Object trace, double sample) {
        TraceHeader header = TraceHeader.parse(trace == null ? "" : trace.toString());
        Optional<TraceContext> told =
                traceparent == null ? Optional.empty() : TraceContext.ofTraceparent(traceparent.toString());
        return told.isPresent()
                ? new Incoming(told, header.withTracestate(tracestate))
                : new Incoming(context(header, sample), header);
    }

    private static Optional<TraceContext> context(TraceHeader header, double sample) {
        return header.traceId()
                .flatMap(trace -> TraceContext.of(
                        trace,
                        header.parentId().orElseGet(() -> Ids.parentOf(trace)),
                        header.sampled().orElseGet(() -> Ids.isSampled(trace, sample))));
    }
}
