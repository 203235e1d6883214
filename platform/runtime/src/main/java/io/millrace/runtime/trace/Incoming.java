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

    /** Of a message: its {@code traceparent}, as that is nearer to its publisher, else its trace header. */
    static Incoming of(Message message, double sample) {
        Map<String, Object> properties = EventMessages.properties(message);
        return of(properties.get(EventProperties.TRACEPARENT), properties.get(EventProperties.TRACE), sample);
    }

    /** Of a trace header alone; null where there is none. */
    static Incoming ofHeader(@Nullable String header, double sample) {
        return of(null, header, sample);
    }

    static Incoming of(@Nullable Object traceparent, @Nullable Object trace, double sample) {
        TraceHeader header = TraceHeader.parse(trace == null ? "" : trace.toString());
        Optional<TraceContext> context = Optional.ofNullable(traceparent)
                .flatMap(text -> TraceContext.ofTraceparent(text.toString()))
                .or(() -> context(header, sample));
        return new Incoming(context, header);
    }

    private static Optional<TraceContext> context(TraceHeader header, double sample) {
        return header.traceId()
                .flatMap(trace -> TraceContext.of(
                        trace,
                        header.parentId().orElseGet(() -> Ids.parentOf(trace)),
                        header.sampled().orElseGet(() -> Ids.isSampled(trace, sample))));
    }
}
