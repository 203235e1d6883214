package io.millrace.runtime.trace;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.qpid.proton.message.Message;

/**
 * Traces as spans of OpenTelemetry (docs/traces.md). Whether a trace is recorded is decided once, where it begins, and
 * here: what is not recorded costs no span. Thread-safe.
 */
public final class Spans implements Traces {
    /** What an SDK keeps of a span by default. */
    private static final int MOST_LINKS = 128;

    private static final String BETWEEN_LINKS = ",";

    private final Tracer tracer;
    private final double sample;

    /** @param sample which part of the traces that begin here is recorded, 0 to 1 */
    public Spans(OpenTelemetry telemetry, double sample) {
        this.tracer = telemetry.getTracer("io.millrace");
        this.sample = sample;
    }

    @Override
    public boolean isOn() {
        return true;
    }

    @Override
    public Sending send(Invocation invocation) {
        if (TraceHeader.saysNo(invocation.attributes().get(Invocation.TRACE)) || isLeftOut(invocation)) {
            return new Unrecorded(invocation);
        }
        Map<String, String> attributes = new HashMap<>(invocation.attributes());
        boolean isOfRecorded = attributes.containsKey(Invocation.TRACE_LINKS);
        Incoming incoming = Incoming.ofHeader(attributes.get(Invocation.TRACE), sample);
        Optional<TraceContext> from = incoming.context().or(Spans::aroundCaller);
        boolean sampled = from.map(TraceContext::sampled)
                .orElseGet(() -> isOfRecorded
                        || Ids.ofRequest(invocation.id(), sample)
                                .map(TraceContext::sampled)
                                .orElseGet(() -> Ids.isSampled(sample)));
        if (!sampled) {
            attributes.put(Invocation.TRACE, incoming.header().at(from.orElseGet(Ids::unsampled)));
            attributes.remove(Invocation.TRACE_LINKS);
            return new Unrecorded(with(invocation, attributes));
        }
        boolean isEvent = invocation.type() == InvocationType.EVENT;
        Span span = builder(SpanNames.ACCEPT, invocation.arn().function(), from)
                .setSpanKind(isEvent ? SpanKind.PRODUCER : SpanKind.CLIENT)
                .setAttribute(SpanKeys.REQUEST_ID, invocation.id())
                .startSpan();
        attributes.put(Invocation.TRACE, incoming.header().at(context(span)));
        return new Recorded(with(invocation, attributes), span);
    }

    /**
     * One that begins a trace that is not recorded, which is nearly all of them where few are. It carries nothing: where
     * it comes from the queue its id decides the same again.
     */
    private boolean isLeftOut(Invocation invocation) {
        return Ids.isLeftOut(invocation.id(), sample)
                && !invocation.attributes().containsKey(Invocation.TRACE)
                && !invocation.attributes().containsKey(Invocation.TRACE_LINKS)
                && !Span.current().getSpanContext().isValid();
    }

    /** The span in which somebody in this JVM calls the platform. */
    private static Optional<TraceContext> aroundCaller() {
        SpanContext current = Span.current().getSpanContext();
        return current.isValid() ? Optional.of(context(current)) : Optional.empty();
    }

    @Override
    public AttemptTrace event(Message event, Invocation invocation, String version, int attempt, boolean provisioned) {
        if (saysNo(event, invocation.id())) {
            return AttemptTrace.NONE;
        }
        Incoming incoming = Incoming.of(event, sample);
        Optional<TraceContext> from = incoming.context().or(() -> Ids.ofRequest(invocation.id(), sample));
        if (!from.map(TraceContext::sampled).orElseGet(() -> Ids.isSampled(sample))) {
            return unrecorded(event, from, incoming);
        }
        Instant now = Instant.now();
        FunctionName function = invocation.arn().function();
        Optional<Span> before = attempt == 1 ? before(event, function, from, now) : Optional.empty();
        boolean isRedriven = EventMessages.properties(event).containsKey(EventProperties.DIED_AT);
        Optional<TraceContext> parent = isRedriven ? before.map(Spans::context).or(() -> from) : from;
        Span invoke = invoke(invocation, version, parent, List.of(), now)
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute(SpanKeys.ATTEMPT, (long) attempt)
                .startSpan();
        return new SpannedAttempt(this, function, incoming.header(), before, invoke, now, provisioned);
    }

    /** A trace that was decided against, by the header or, where there is none, by the id of the invocation. */
    private boolean saysNo(Message message, String id) {
        Map<String, Object> properties = EventMessages.properties(message);
        if (properties.containsKey(EventProperties.TRACEPARENT)) {
            return false;
        }
        Object header = properties.get(EventProperties.TRACE);
        return header == null
                ? Ids.isLeftOut(id, sample) && !properties.containsKey(EventProperties.TRACE_LINKS)
                : TraceHeader.saysNo(header);
    }

    /** What an event did before its first attempt: it waited, or was dead. Still to be ended. */
    private Optional<Span> before(Message event, FunctionName function, Optional<TraceContext> from, Instant now) {
        if (EventMessages.properties(event).get(EventProperties.DIED_AT) instanceof Long died) {
            return Optional.of(redriven(event, function, from, earlier(Instant.ofEpochMilli(died), now)));
        }
        return EventMessages.receivedAt(event).map(since -> builder(SpanNames.WAIT, function, from)
                .setStartTimestamp(earlier(since, now))
                .startSpan());
    }

    private Span redriven(Message event, FunctionName function, Optional<TraceContext> from, Instant died) {
        Object before = EventMessages.properties(event).get(EventProperties.REDRIVES);
        SpanBuilder redrive = builder(SpanNames.REDRIVE, function, from)
                .setStartTimestamp(died)
                .setAttribute(SpanKeys.REDRIVES, before instanceof Number earlier ? earlier.longValue() + 1 : 1L);
        EventMessages.property(event, EventProperties.CONDITION)
                .ifPresent(condition -> redrive.setAttribute(SpanKeys.CONDITION, condition));
        EventMessages.property(event, EventProperties.ERROR_TYPE)
                .filter(type -> !type.isEmpty())
                .ifPresent(type -> redrive.setAttribute(SpanKeys.ERROR_TYPE, type));
        return redrive.startSpan();
    }

    @Override
    public AttemptTrace call(Message call, Invocation invocation, String version, boolean provisioned) {
        if (saysNo(call, invocation.id())) {
            return AttemptTrace.NONE;
        }
        Incoming incoming = Incoming.of(call, sample);
        Optional<TraceContext> from = incoming.context().or(() -> Ids.ofRequest(invocation.id(), sample));
        if (!from.map(TraceContext::sampled).orElseGet(() -> Ids.isSampled(sample))) {
            return unrecorded(call, from, incoming);
        }
        Instant now = Instant.now();
        Span invoke = invoke(invocation, version, from, links(call), now)
                .setSpanKind(SpanKind.SERVER)
                .startSpan();
        return new SpannedAttempt(
                this, invocation.arn().function(), incoming.header(), Optional.empty(), invoke, now, provisioned);
    }

    @Override
    public AttemptTrace unrun(Message event, String id, FunctionName function) {
        if (saysNo(event, id)) {
            return AttemptTrace.NONE;
        }
        Incoming incoming = Incoming.of(event, sample);
        return incoming.context()
                .or(() -> Ids.ofRequest(id, sample))
                .filter(TraceContext::sampled)
                .<AttemptTrace>map(from -> new SpannedAttempt(
                        this,
                        function,
                        incoming.header(),
                        Optional.empty(),
                        Span.wrap(span(from)),
                        Instant.now(),
                        false))
                .orElse(AttemptTrace.NONE);
    }

    /** A publisher who speaks W3C alone: what follows must know that, and its function what X-Ray calls it. */
    private AttemptTrace unrecorded(Message message, Optional<TraceContext> from, Incoming incoming) {
        boolean isKnownBelow = !EventMessages.properties(message).containsKey(EventProperties.TRACEPARENT);
        return isKnownBelow || from.isEmpty()
                ? AttemptTrace.NONE
                : new UnrecordedAttempt(incoming.header(), from.get());
    }

    @Override
    public <T> Map<String, String> batch(List<T> items, Function<T, Message> message) {
        return linked(items, item -> Incoming.of(message.apply(item), sample));
    }

    @Override
    public <T> Map<String, String> records(List<T> items, Function<T, Optional<String>> trace) {
        return linked(items, item -> trace.apply(item)
                .map(text -> Incoming.ofEither(text, sample))
                .orElse(Incoming.NOWHERE));
    }

    private static <T> Map<String, String> linked(List<T> items, Function<T, Incoming> origin) {
        List<String> links = new ArrayList<>();
        for (T item : items) {
            Incoming incoming = origin.apply(item);
            Optional<TraceContext> from = incoming.context();
            if (items.size() == 1 && from.isPresent()) {
                return Map.of(
                        Invocation.TRACE,
                        incoming.header().at(from.get()),
                        Invocation.TRACE_LINKS,
                        from.get().traceparent());
            }
            if (links.size() < MOST_LINKS) {
                from.filter(TraceContext::sampled).ifPresent(sampled -> links.add(sampled.traceparent()));
            }
        }
        return links.isEmpty() ? Map.of() : Map.of(Invocation.TRACE_LINKS, String.join(BETWEEN_LINKS, links));
    }

    private static List<TraceContext> links(Message call) {
        Object text = EventMessages.properties(call).get(EventProperties.TRACE_LINKS);
        if (text == null) {
            return List.of();
        }
        List<TraceContext> links = new ArrayList<>();
        for (String link : text.toString().split(BETWEEN_LINKS, MOST_LINKS + 1)) {
            TraceContext.ofTraceparent(link).ifPresent(links::add);
        }
        return links;
    }

    private SpanBuilder invoke(
            Invocation invocation,
            String version,
            Optional<TraceContext> parent,
            List<TraceContext> links,
            Instant start) {
        SpanBuilder invoke = builder(SpanNames.INVOKE, invocation.arn().function(), parent)
                .setStartTimestamp(start)
                .setAttribute(SpanKeys.VERSION, version)
                .setAttribute(SpanKeys.REQUEST_ID, invocation.id());
        links.forEach(link -> invoke.addLink(span(link)));
        return invoke;
    }

    /** A span of the function, below {@code parent} or at the top of a trace. */
    SpanBuilder builder(String name, FunctionName function, Optional<TraceContext> parent) {
        Context above =
                parent.map(from -> Context.root().with(Span.wrap(span(from)))).orElseGet(Context::root);
        return tracer.spanBuilder(name + " " + function)
                .setParent(above)
                .setAttribute(SpanKeys.FUNCTION, function.value());
    }

    static TraceContext context(Span span) {
        return context(span.getSpanContext());
    }

    private static TraceContext context(SpanContext span) {
        return new TraceContext(span.getTraceId(), span.getSpanId(), span.isSampled());
    }

    private static SpanContext span(TraceContext context) {
        return SpanContext.createFromRemoteParent(
                context.traceId(),
                context.spanId(),
                context.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                TraceState.getDefault());
    }

    static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    static Invocation with(Invocation invocation, Map<String, String> attributes) {
        return new Invocation(
                invocation.id(),
                invocation.arn(),
                invocation.type(),
                invocation.payload(),
                invocation.clientContext(),
                attributes);
    }

    private record Unrecorded(Invocation invocation) implements Sending {
        @Override
        public boolean isRecorded() {
            return false;
        }

        @Override
        public void succeeded() {
            // Nobody wants to know.
        }

        @Override
        public void failed(Throwable why) {
            // Nobody wants to know.
        }
    }

    private record Recorded(Invocation invocation, Span span) implements Sending {
        @Override
        public boolean isRecorded() {
            return true;
        }

        @Override
        public void succeeded() {
            span.end();
        }

        @Override
        public void failed(Throwable why) {
            SpanKeys.fail(span, why.getClass().getSimpleName());
            span.end();
        }
    }
}
