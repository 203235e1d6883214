package io.millrace.testkit;

import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A function that handles messages {@code <group> <number>} one after the other, stops with a group at the first that
 * fails, and writes down every message that comes before the one in front of it is done.
 */
final class OrderWatcher implements FunctionHandler {
    final Queue<String> violations = new ConcurrentLinkedQueue<>();
    final AtomicInteger failures = new AtomicInteger();
    final AtomicInteger largestBatch = new AtomicInteger();
    final CountDownLatch gate = new CountDownLatch(1);
    /** Share of messages that fail, each time they come. */
    volatile double failing;
    /** Fails whenever it comes; then those behind it are not looked at. */
    volatile String poison = "";
    /** From this message on, batches wait. */
    volatile int gateAt = Integer.MAX_VALUE;

    volatile JsonObject last = new JsonObject();

    private final Random random = new Random(5);
    private final Map<String, Integer> next = new TreeMap<>();
    private final Map<String, Integer> times = new HashMap<>();
    private final Set<String> inHand = new HashSet<>();
    private int handled;
    private int life;
    private boolean isWaiting;

    @Override
    public byte[] handle(byte[] event, FunctionContext context) throws Exception {
        List<JsonObject> batch = MappedQueue.records(event);
        largestBatch.accumulateAndGet(batch.size(), Math::max);
        int mine = begin(batch);
        if (mine < 0 && !gate.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the gate stays closed");
        }
        try {
            return handle(batch, mine);
        } finally {
            end(batch, mine);
        }
    }

    /** Negative for a batch that has to wait until all is over. */
    private synchronized int begin(List<JsonObject> batch) {
        Set<String> groups = new HashSet<>();
        batch.forEach(message -> groups.add(group(message)));
        for (String group : groups) {
            if (!inHand.add(group)) {
                violations.add("two batches of " + group + " at once");
            }
        }
        handled += batch.size();
        if (handled >= gateAt) {
            isWaiting = true;
            return -1;
        }
        return life;
    }

    private synchronized void end(List<JsonObject> batch, int ofLife) {
        if (ofLife == life) {
            batch.forEach(message -> inHand.remove(group(message)));
        }
    }

    private synchronized byte[] handle(List<JsonObject> batch, int ofLife) {
        if (ofLife != life) {
            throw new IllegalStateException("of a platform that is gone");
        }
        Set<String> stopped = new HashSet<>();
        JsonArray reported = new JsonArray();
        boolean reportsAll = poison.isEmpty() && random.nextBoolean();
        for (JsonObject message : batch) {
            last = message;
            String group = group(message);
            boolean isFirst = !stopped.contains(group);
            if (isFirst && !handled(message)) {
                failures.incrementAndGet();
                stopped.add(group);
                if (random.nextInt(3) == 0 && poison.isEmpty()) {
                    throw new IllegalStateException("told to fail as a whole");
                }
                reported.add(reported(message));
            } else if (!isFirst && reportsAll) {
                reported.add(reported(message));
            }
        }
        return new JsonObject().put("batchItemFailures", reported).encode().getBytes(StandardCharsets.UTF_8);
    }

    private static JsonObject reported(JsonObject message) {
        return new JsonObject().put("itemIdentifier", message.getString("messageId"));
    }

    /** False if it failed. */
    private boolean handled(JsonObject message) {
        String body = message.getString("body");
        times.merge(body, 1, Integer::sum);
        String group = group(message);
        int number = Integer.parseInt(body.substring(2));
        int expected = next.getOrDefault(group, 0);
        if (number > expected && poison.isEmpty()) {
            violations.add(body + " came before " + group + " " + expected);
        }
        if (body.equals(poison) || random.nextDouble() < failing) {
            return false;
        }
        next.put(group, Math.max(expected, number + 1));
        return true;
    }

    private static String group(JsonObject message) {
        return message.getJsonObject("attributes").getString("MessageGroupId", "none");
    }

    /** How many of each group are done. */
    synchronized Map<String, Integer> done() {
        return new TreeMap<>(next);
    }

    synchronized int times(String body) {
        return times.getOrDefault(body, 0);
    }

    synchronized boolean isWaiting() {
        return isWaiting;
    }

    /** What waits belongs to a platform that is gone. */
    synchronized void startAgain() {
        life++;
        gateAt = Integer.MAX_VALUE;
        inHand.clear();
    }
}
