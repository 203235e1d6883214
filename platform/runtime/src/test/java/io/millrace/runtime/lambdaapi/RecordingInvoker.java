package io.millrace.runtime.lambdaapi;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.ResponseStream;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The boundary of the door: keeps what came through and answers as it was told. */
final class RecordingInvoker implements Invoker {
    final List<Invocation> published = new CopyOnWriteArrayList<>();
    final List<Invocation> called = new CopyOnWriteArrayList<>();
    volatile Future<Answer> answer = succeeded("null");
    volatile Future<Void> confirmation = Future.succeededFuture();

    static Future<Answer> succeeded(String json) {
        return ended(new Outcome.Succeeded(json.getBytes(StandardCharsets.UTF_8)));
    }

    static Future<Answer> ended(Outcome outcome) {
        return Future.succeededFuture(new Answer(outcome, "$LATEST"));
    }

    void forget() {
        published.clear();
        called.clear();
        answer = succeeded("null");
        confirmation = Future.succeededFuture();
    }

    @Override
    public Future<Void> publish(Invocation invocation) {
        published.add(invocation);
        return confirmation;
    }

    @Override
    public Future<Answer> call(Invocation invocation) {
        called.add(invocation);
        return answer;
    }

    @Override
    public Future<Answer> stream(Invocation invocation, ResponseStream response) {
        called.add(invocation);
        return answer.map(ended -> {
            if (!(ended.outcome() instanceof Outcome.Succeeded succeeded)) {
                return ended;
            }
            response.begin(ended.executedVersion(), "application/json");
            response.chunk(Buffer.buffer(succeeded.response()));
            return new Answer(new Outcome.Succeeded(new byte[0]), ended.executedVersion());
        });
    }
}
