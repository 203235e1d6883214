package io.millrace.testkit;

import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A function that keeps what it gets and fails as it is told. */
final class BatchRecorder implements FunctionHandler {
    /** Each as the bodies of its records. */
    final List<List<String>> batches = new CopyOnWriteArrayList<>();

    final List<JsonObject> records = new CopyOnWriteArrayList<>();
    /** Bodies of messages that are reported as failed, once each. */
    final Set<String> reportedOnce = ConcurrentHashMap.newKeySet();
    /** While it holds, each batch fails as a whole. */
    volatile boolean throwing;
    /** Each batch ends when this is open. */
    volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    public byte[] handle(byte[] event, FunctionContext context) throws Exception {
        List<JsonObject> batch = MappedQueue.records(event);
        batches.add(batch.stream().map(BatchRecorder::body).toList());
        records.addAll(batch);
        if (!gate.await(120, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the gate stays closed");
        }
        if (throwing) {
            throw new IllegalStateException("told to fail");
        }
        JsonArray failures = new JsonArray();
        for (JsonObject message : batch) {
            if (reportedOnce.remove(body(message))) {
                failures.add(new JsonObject().put("itemIdentifier", message.getString("messageId")));
            }
        }
        return new JsonObject().put("batchItemFailures", failures).encode().getBytes(StandardCharsets.UTF_8);
    }

    /** All bodies in the order in which they came, repeated ones too. */
    List<String> bodies() {
        return records.stream().map(BatchRecorder::body).toList();
    }

    /** How often the queue said that it had handed the message over, each time it came. */
    List<String> receipts(String body) {
        return records.stream()
                .filter(message -> body(message).equals(body))
                .map(message -> message.getJsonObject("attributes").getString("ApproximateReceiveCount"))
                .toList();
    }

    private static String body(JsonObject message) {
        return message.getString("body");
    }
}
