package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.Edit;
import io.millrace.deadletter.EditPlan;
import io.millrace.runtime.door.DoorRefusedException;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Makes a new message of a dead letter: shows first what would differ. Event loop only. */
final class Edits {
    private static final int MOST_BYTES = 1 << 20;
    private static final Set<String> KNOWN = Set.of("queue", "id", "headers", "body", "to");

    private final LazyDeadLetters broker;
    private final Queues queues;
    private final Runnable onMoved;

    /** @param onMoved called when a message has left its queue */
    Edits(LazyDeadLetters broker, Queues queues, Runnable onMoved) {
        this.broker = broker;
        this.queues = queues;
        this.onMoved = onMoved;
    }

    private record Planned(DeadLetterQueue queue, EditPlan plan) {}

    /** What would differ, and where it would go; changes nothing. */
    Future<ObjectNode> preview(byte[] body) {
        return planned(body).map(planned -> json(planned.plan()));
    }

    /** The new message is in its queue and the old one gone, in one transaction of the broker. */
    Future<ObjectNode> apply(byte[] body) {
        return planned(body).compose(planned -> broker.open()
                .compose(letters -> letters.jobs().edit(planned.queue(), planned.plan()))
                .onSuccess(done -> onMoved.run())
                .map(done -> Words.object()
                        .put("id", planned.plan().before().id())
                        .put("newId", planned.plan().after().id())
                        .put("target", planned.plan().target())));
    }

    private Future<Planned> planned(byte[] body) {
        Asked asked = Asked.of(body, KNOWN);
        Optional<byte[]> newBody = asked.exactText("body").map(text -> text.getBytes(StandardCharsets.UTF_8));
        newBody.filter(bytes -> bytes.length > MOST_BYTES).ifPresent(bytes -> {
            throw DoorRefusedException.invalid("body has " + bytes.length + " bytes, expected at most " + MOST_BYTES
                    + "; millrace dlq edit takes larger ones");
        });
        Map<String, String> headers = asked.map("headers");
        if (headers.isEmpty() && newBody.isEmpty()) {
            throw DoorRefusedException.invalid("neither headers nor body are there, expected what is to be changed");
        }
        String id = asked.text("id");
        Edit edit = new Edit(headers, Map.of(), newBody);
        return queues.named(asked.text("queue")).compose(queue -> broker.open()
                .compose(letters -> letters.jobs().planEdit(queue, id, edit, asked.optionalText("to")))
                .map(plan -> new Planned(queue, plan)));
    }

    private static ObjectNode json(EditPlan plan) {
        ObjectNode node = Words.object()
                .put("id", plan.before().id())
                .put("target", plan.target())
                .put(
                        "bodyDiffers",
                        !Arrays.equals(plan.before().body(), plan.after().body()));
        ArrayNode differences = node.putArray("differences");
        differences("property", plan.before().properties(), plan.after().properties(), differences);
        differences("header", plan.before().headers(), plan.after().headers(), differences);
        node.set("before", Words.body(plan.before()));
        node.set("after", Words.body(plan.after()));
        return node;
    }

    // The cause is no part of the new message, which goes without saying; nor do its own id and place.
    private static void differences(
            String kind, Map<String, Object> before, Map<String, Object> after, ArrayNode differences) {
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            Object old = before.get(name);
            Object now = after.get(name);
            boolean ours = name.startsWith("millrace_") || name.startsWith("_AMQ_") || name.startsWith("x-opt-");
            if (!Objects.equals(old, now) && !(ours && now == null)) {
                differences
                        .addObject()
                        .put("kind", kind)
                        .put("name", name)
                        .put("before", old == null ? null : Words.line(old.toString()))
                        .put("after", now == null ? null : Words.line(now.toString()));
            }
        }
    }
}
