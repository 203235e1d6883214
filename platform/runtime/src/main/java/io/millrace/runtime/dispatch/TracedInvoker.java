package io.millrace.runtime.dispatch;

import io.millrace.core.invocation.Invocation;
import io.millrace.runtime.trace.Traces;
import io.millrace.runtime.trace.Traces.Sending;
import io.vertx.core.Future;
import java.util.function.Function;

/** Sends invocations with their place in a trace on them. Thread-safe. */
public final class TracedInvoker implements Invoker {
    private final Invoker invoker;
    private final Traces traces;

    /** @param traces that are on */
    public TracedInvoker(Invoker invoker, Traces traces) {
        this.invoker = invoker;
        this.traces = traces;
    }

    @Override
    public Future<Void> publish(Invocation invocation) {
        return send(invocation, invoker::publish);
    }

    @Override
    public Future<Answer> call(Invocation invocation) {
        return send(invocation, invoker::call);
    }

    @Override
    public Future<Answer> stream(Invocation invocation, ResponseStream response) {
        return send(invocation, sent -> invoker.stream(sent, response));
    }

    private <T> Future<T> send(Invocation invocation, Function<Invocation, Future<T>> how) {
        Sending sending = traces.send(invocation);
        Future<T> sent = how.apply(sending.invocation());
        return sending.isRecorded()
                ? sent.onSuccess(done -> sending.succeeded()).onFailure(sending::failed)
                : sent;
    }
}
