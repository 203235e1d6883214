package io.millrace.runtime.functionurl;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.ResponseStream;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The boundary of the door: keeps what came through and answers as it was told. */
final class ScriptedInvoker implements Invoker {
    final List<Invocation> called = new CopyOnWriteArrayList<>();
    volatile Future<Answer> answer = succeeded("null");
    volatile Streaming streaming = stream -> Future.failedFuture("no stream expected");

    @FunctionalInterface
    interface Streaming {
        Future<Answer> into(ResponseStream stream);
    }

    static Future<Answer> succeeded(String json) {
        return ended(new Outcome.Succeeded(json.getBytes(StandardCharsets.UTF_8)));
    }

    static Future<Answer> ended(Outcome outcome) {
        return Future.succeededFuture(new Answer(outcome, "$LATEST"));
    }

    static Outcome error() {
        return new Outcome.FunctionError("E", "m", "", "{}".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Future<Void> publish(Invocation invocation) {
        return Future.failedFuture("no event expected");
    }

    @Override
    public Future<Answer> call(Invocation invocation) {
        called.add(invocation);
        return answer;
    }

    @Override
    public Future<Answer> stream(Invocation invocation, ResponseStream response) {
        called.add(invocation);
        return streaming.into(response);
    }
}
