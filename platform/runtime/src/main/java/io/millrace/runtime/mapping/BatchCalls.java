package io.millrace.runtime.mapping;

import io.millrace.core.invocation.Invocation;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.ResponseStream;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;

/**
 * Says of each call that it hands over a batch: the pointer to a function's idempotency key is for its events, and finds
 * nothing in one (lambda-semantics 9.1). Thread-safe; never blocks.
 */
record BatchCalls(Invoker invoker) implements Invoker {
    @Override
    public Future<Void> publish(Invocation invocation) {
        return invoker.publish(invocation);
    }

    @Override
    public Future<Answer> call(Invocation invocation) {
        return invoker.call(marked(invocation));
    }

    @Override
    public Future<Answer> stream(Invocation invocation, ResponseStream response) {
        return invoker.stream(marked(invocation), response);
    }

    private static Invocation marked(Invocation invocation) {
        Map<String, String> attributes = new HashMap<>(invocation.attributes());
        attributes.put(Invocation.BATCH, "1");
        return new Invocation(
                invocation.id(),
                invocation.arn(),
                invocation.type(),
                invocation.payload(),
                invocation.clientContext(),
                attributes);
    }
}
