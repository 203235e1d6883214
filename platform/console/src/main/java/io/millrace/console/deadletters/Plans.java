package io.millrace.console.deadletters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.deadletter.AsyncDeadLetters;
import io.millrace.deadletter.DeadLetterQueue;
import io.millrace.deadletter.JobPlan;
import io.millrace.deadletter.JobRequest;
import io.millrace.deadletter.JobRoute;
import io.millrace.deadletter.PreflightException;
import io.millrace.deadletter.RefusedException;
import io.vertx.core.Future;
import java.util.Optional;

/** What a redrive would do, and what speaks against it, before anything moves. Event loop only. */
final class Plans {
    private static final String NOTHING_MOVED = "; nothing was moved";

    private final LazyDeadLetters broker;
    private final Queues queues;

    Plans(LazyDeadLetters broker, Queues queues) {
        this.broker = broker;
        this.queues = queues;
    }

    Future<ObjectNode> plan(byte[] body, String who) {
        AskedJob asked = AskedJob.of(body, who);
        return queues.named(asked.queue())
                .compose(queue -> broker.open().compose(letters -> plan(letters, queue, asked.request())));
    }

    private static Future<ObjectNode> plan(AsyncDeadLetters letters, DeadLetterQueue queue, JobRequest request) {
        return letters.jobs()
                .plan(queue, request)
                .map(Plans::json)
                .recover(failure -> failure instanceof PreflightException
                        ? letters.jobs()
                                .count(queue, request.selection())
                                .map(count -> refused(queue, count, String.valueOf(failure.getMessage())))
                        : failure instanceof RefusedException
                                ? Future.succeededFuture(refused(queue, 0, String.valueOf(failure.getMessage())))
                                : Future.failedFuture(failure));
    }

    private static ObjectNode json(JobPlan plan) {
        ObjectNode node = Words.object()
                .put("queue", plan.queue().name())
                .put("planned", plan.planned())
                .put("withoutOrigin", plan.withoutOrigin());
        ArrayNode targets = node.putArray("targets");
        ArrayNode findings = node.putArray("findings");
        if (plan.planned() == 0) {
            finding(findings, "refuse", "nothing", "Nothing here would be moved.", Optional.empty());
        }
        for (JobRoute route : plan.routes()) {
            targets.addObject()
                    .put("target", route.target())
                    .put("qualifier", route.qualifier().isEmpty() ? null : route.qualifier())
                    .put("planned", route.planned())
                    .put("matched", route.matched());
            finding(
                    findings,
                    "ok",
                    "target",
                    route.target() + " exists, and takes all " + route.planned() + " that go there.",
                    Optional.empty());
        }
        notes(plan, findings);
        return node;
    }

    private static void notes(JobPlan plan, ArrayNode findings) {
        if (plan.withoutOrigin() > 0) {
            finding(
                    findings,
                    plan.planned() == 0 ? "refuse" : "risk",
                    "origin",
                    plan.withoutOrigin() + " stay where they are: nobody wrote down where they died.",
                    Optional.of("Name a target below to move them too."));
        }
        if (plan.queue().delivering() > 0) {
            finding(
                    findings,
                    "note",
                    "delivering",
                    plan.queue().delivering() + " of the queue are with a consumer, where nobody sees them.",
                    Optional.of("They are left out, unless they come back before the job ends."));
        }
        long matched = plan.routes().stream().mapToLong(JobRoute::matched).sum();
        if (matched > plan.planned()) {
            finding(
                    findings,
                    "note",
                    "max",
                    matched - plan.planned() + " more match, and stay: the job takes " + plan.planned() + " at most.",
                    Optional.empty());
        }
    }

    private static ObjectNode refused(DeadLetterQueue queue, long matched, String why) {
        ObjectNode node =
                Words.object().put("queue", queue.name()).put("planned", 0).put("matched", matched);
        node.put("withoutOrigin", 0).putArray("targets");
        int at = why.indexOf(NOTHING_MOVED);
        Optional<String> fix = at < 0
                ? Optional.empty()
                : Optional.of(why.substring(at + NOTHING_MOVED.length()).replaceFirst("^, ", ""))
                        .filter(text -> !text.isBlank());
        finding(node.putArray("findings"), "refuse", "preflight", at < 0 ? why : why.substring(0, at), fix);
        return node;
    }

    /** @param severity refuse, risk, note or ok */
    private static void finding(ArrayNode findings, String severity, String code, String text, Optional<String> fix) {
        findings.addObject()
                .put("severity", severity)
                .put("code", code)
                .put("text", text)
                .put("fix", fix.orElse(null));
    }
}
