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
import io.millrace.deadletter.Selection;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a redrive would do, and what speaks against it, before anything moves. Event loop only. */
final class Plans {
    private static final String NOTHING_MOVED = "; nothing was moved";

    // A person waits no longer without seeing something.
    private static final long SOON_MILLIS = 1_000;
    // Who wants it asks again at once.
    private static final long KEPT_MILLIS = 5_000;

    private final Vertx vertx;
    private final long soonMillis;
    private final LazyDeadLetters broker;
    private final Queues queues;
    private final GroupScans scans;
    private final Map<AskedJob, Planning> underWay = new HashMap<>();

    Plans(Vertx vertx, LazyDeadLetters broker, Queues queues, GroupScans scans) {
        this(vertx, broker, queues, scans, SOON_MILLIS);
    }

    /** @param soonMillis how long an answer waits for the plan; 0 for not at all */
    Plans(Vertx vertx, LazyDeadLetters broker, Queues queues, GroupScans scans, long soonMillis) {
        this.vertx = vertx;
        this.soonMillis = soonMillis;
        this.broker = broker;
        this.queues = queues;
        this.scans = scans;
    }

    /**
     * The plan where it is there soon, else what has been counted so far: who asks again with the same words gets the
     * same plan when it is there.
     */
    Future<ObjectNode> plan(byte[] body, String who) {
        AskedJob asked = AskedJob.of(body, who);
        Planning known = underWay.get(asked);
        if (known != null && !known.made.failed()) {
            return known.soon();
        }
        return queues.named(asked.queue()).compose(queue -> broker.open().compose(letters -> {
            Planning meanwhile = underWay.get(asked);
            return meanwhile != null && !meanwhile.made.failed()
                    ? meanwhile.soon()
                    : new Planning(asked, queue).begun(letters).soon();
        }));
    }

    /** One plan that is being made; kept until it was told, or nobody asks for it. */
    private final class Planning {
        private final AskedJob asked;
        private final DeadLetterQueue queue;
        private final PlanCounts counts;
        private Future<ObjectNode> made = Future.failedFuture("not begun");

        Planning(AskedJob asked, DeadLetterQueue queue) {
            this.asked = asked;
            this.queue = queue;
            this.counts = new PlanCounts(scans, queue, asked.request().selection());
        }

        Planning begun(AsyncDeadLetters letters) {
            underWay.put(asked, this);
            made = make(letters);
            made.onComplete(over -> vertx.setTimer(KEPT_MILLIS, late -> forget()));
            return this;
        }

        private Future<ObjectNode> make(AsyncDeadLetters letters) {
            JobRequest request = asked.request();
            Future<JobPlan> plan = request.selection().rest().isPresent()
                    ? letters.jobs().plan(queue, request, counts)
                    : letters.jobs().plan(queue, request);
            return plan.map(Plans::json)
                    .recover(failure -> failure instanceof PreflightException
                            ? matching(letters)
                                    .map(count -> refused(queue, count, String.valueOf(failure.getMessage())))
                            : failure instanceof RefusedException
                                    ? Future.succeededFuture(refused(queue, 0, String.valueOf(failure.getMessage())))
                                    : Future.failedFuture(failure));
        }

        private Future<Long> matching(AsyncDeadLetters letters) {
            Selection selection = asked.request().selection();
            return selection.rest().isPresent() ? counts.all() : letters.jobs().count(queue, selection);
        }

        Future<ObjectNode> soon() {
            if (made.isComplete()) {
                return told();
            }
            Optional<PlanCounts.SoFar> known = counts.wanted();
            if (soonMillis == 0) {
                return Future.succeededFuture(counting(queue, known));
            }
            Promise<Void> soon = Promise.promise();
            long timer = vertx.setTimer(soonMillis, late -> soon.tryComplete());
            made.onComplete(over -> soon.tryComplete());
            return soon.future().compose(waited -> {
                vertx.cancelTimer(timer);
                return made.isComplete() ? told() : Future.succeededFuture(counting(queue, counts.wanted()));
            });
        }

        private Future<ObjectNode> told() {
            forget();
            return made;
        }

        private void forget() {
            underWay.remove(asked, this);
        }
    }

    /** Nothing of it is a promise: neither that there are no more, nor that nothing speaks against it. */
    private static ObjectNode counting(DeadLetterQueue queue, Optional<PlanCounts.SoFar> known) {
        PlanCounts.SoFar soFar = known.orElse(new PlanCounts.SoFar(0, 0, queue.visible()));
        ObjectNode node = Words.object()
                .put("queue", queue.name())
                .put("counting", true)
                .put("atLeast", soFar.atLeast())
                .put("seen", soFar.seen())
                .put("total", soFar.total());
        node.putArray("targets");
        node.putArray("findings");
        return node;
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
