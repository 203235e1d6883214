package io.millrace.runtime.trace;

import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.environment.Caller;
import io.millrace.runtime.environment.ResponseSink;
import io.opentelemetry.api.trace.Span;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Thread-safe in that its methods are called one after the other. */
final class SpannedAttempt implements AttemptTrace {
    private final Spans spans;
    private final FunctionName function;
    private final TraceHeader came;
    private final Span invoke;
    private final TraceContext context;
    private final Instant started;
    private final Optional<Span> before;
    private final boolean provisioned;
    private volatile long initNanos;
    private volatile Instant ended;

    /**
     * @param before what ended when this started
     * @param invoke a span that is under way; or whichever what follows belongs to, where nothing runs
     * @param provisioned whether its environment was initialised ahead of time
     */
    SpannedAttempt(
            Spans spans,
            FunctionName function,
            TraceHeader came,
            Optional<Span> before,
            Span invoke,
            Instant started,
            boolean provisioned) {
        this.spans = spans;
        this.function = function;
        this.came = came;
        this.before = before;
        this.provisioned = provisioned;
        this.invoke = invoke;
        this.context = Spans.context(invoke);
        this.started = started;
        this.ended = started;
    }

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

    @Override
    public void measured(long init, long run) {
        // That of a provisioned environment was before, and nobody waited for it.
        initNanos = provisioned ? 0 : init;
    }

    @Override
    public void ended(Outcome outcome) {
        // Only now: one that finds no room after all starts again, and waits on.
        before.ifPresent(span -> span.end(started));
        if (initNanos > 0) {
            Instant ready = started.plusNanos(initNanos);
            spans.builder(SpanNames.INIT, function, Optional.of(context))
                    .setStartTimestamp(started)
                    .startSpan()
                    .end(ready);
        }
        invoke.setAttribute(SpanKeys.COLD_START, initNanos > 0);
        if (outcome instanceof Outcome.FunctionError error) {
            SpanKeys.fail(invoke, error.errorType());
        }
        end();
    }

    @Override
    public void replayed() {
        before.ifPresent(span -> span.end(started));
        invoke.setAttribute(SpanKeys.REPLAYED, true);
        end();
    }

    private void end() {
        ended = Instant.now();
        invoke.end(ended);
    }

    @Override
    public void settled(Settlement how) {
        spans.builder(SpanNames.SETTLE, function, Optional.of(context))
                .setStartTimestamp(ended)
                .setAttribute(SpanKeys.SETTLEMENT, how.word())
                .startSpan()
                .end();
    }

    @Override
    public Caller with(Caller caller) {
        return new Both(caller);
    }

    private final class Both implements Caller {
        private final Caller caller;

        Both(Caller caller) {
            this.caller = caller;
        }

        @Override
        public boolean wantsLogTail() {
            return caller.wantsLogTail();
        }

        @Override
        public void logTail(byte[] tail) {
            caller.logTail(tail);
        }

        @Override
        public void measured(long init, long run) {
            SpannedAttempt.this.measured(init, run);
            caller.measured(init, run);
        }

        @Override
        public Optional<ResponseSink> responseSink() {
            return caller.responseSink();
        }
    }
}
