package io.millrace.runtime.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.ThrottleReason;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.ResponseStream;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** The boundary of the engine: keeps what it is called with, and ends as it was told. */
final class ScriptedFunction implements Invoker {
    static final Outcome THROTTLED =
            new Outcome.Throttled(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
    private static final ObjectMapper JSON = new ObjectMapper();

    final List<Call> calls = new CopyOnWriteArrayList<>();
    /** Runs on a thread that may block. */
    volatile Function<Call, Outcome> script = call -> succeeded("null");

    private final Vertx vertx;

    ScriptedFunction(Vertx vertx) {
        this.vertx = vertx;
    }

    /** @param bytes of the event */
    record Call(String requestId, JsonNode event, int bytes, Map<String, String> attributes) {
        /** Their positions. */
        List<Integer> records() {
            List<Integer> numbers = new ArrayList<>();
            event.get("Records").forEach(record -> numbers.add(record.get("n").intValue()));
            return numbers;
        }

        List<String> keys() {
            List<String> keys = new ArrayList<>();
            event.get("Records").forEach(record -> keys.add(record.get("key").textValue()));
            return keys;
        }
    }

    static Outcome succeeded(String response) {
        return new Outcome.Succeeded(response.getBytes(StandardCharsets.UTF_8));
    }

    static Outcome failed() {
        return new Outcome.FunctionError("Told", "to fail", "", "{}".getBytes(StandardCharsets.UTF_8));
    }

    /** Positions of each call. */
    List<List<Integer>> batches() {
        return calls.stream().map(Call::records).toList();
    }

    @Override
    public Future<Answer> call(Invocation invocation) {
        Call call = read(invocation);
        return vertx.executeBlocking(
                () -> {
                    calls.add(call);
                    return new Answer(script.apply(call), "$LATEST");
                },
                false);
    }

    private static Call read(Invocation invocation) {
        try {
            return new Call(
                    invocation.id(),
                    JSON.readTree(invocation.payload()),
                    invocation.payload().length,
                    invocation.attributes());
        } catch (IOException notJson) {
            throw new UncheckedIOException(notJson);
        }
    }

    @Override
    public Future<Void> publish(Invocation invocation) {
        return Future.failedFuture("not asked for by mappings");
    }

    @Override
    public Future<Answer> stream(Invocation invocation, ResponseStream response) {
        return Future.failedFuture("not asked for by mappings");
    }
}
