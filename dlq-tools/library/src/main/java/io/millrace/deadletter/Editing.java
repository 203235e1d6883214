package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.delivery.Transactions;
import io.millrace.broker.envelope.EventProperties;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replaces one dead letter by an edited message: the new one is in its queue and the old one gone in one transaction of
 * the broker. Thread-safe; never blocks.
 */
final class Editing {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BrokerConnection connection;
    private final AsyncDeadLetters letters;
    private final JobTools tools;
    private final JobPlanner planner;
    private final Preflight preflight;
    private @Nullable Transactions transactions;

    Editing(
            BrokerConnection connection,
            AsyncDeadLetters letters,
            JobTools tools,
            JobPlanner planner,
            Preflight preflight) {
        this.connection = connection;
        this.letters = letters;
        this.tools = tools;
        this.planner = planner;
        this.preflight = preflight;
    }

    Future<EditPlan> plan(DeadLetterQueue queue, String id, Edit edit, Optional<String> to) {
        return one(queue, id)
                .compose(letter -> target(queue, letter, to).map(target -> plan(letter, edit, target)))
                .compose(plan -> preflight
                        .check(queue.name(), new JobRoute("", plan.target(), "", 1, 1, 0, ""))
                        .compose(fine -> requireAlone(plan.target()))
                        .map(plan));
    }

    private static EditPlan plan(DeadLetter letter, Edit edit, String target) {
        byte[] encoded = edit.apply(letter, target);
        return new EditPlan(
                letter, new DeadLetterReader(target).read(new EncodedLetter(encoded, encoded.length)), target);
    }

    private Future<DeadLetter> one(DeadLetterQueue queue, String id) {
        return letters.browse(queue, Selection.ofId(id), 2).compose(found -> {
            if (found.size() == 1) {
                return Future.succeededFuture(found.get(0));
            }
            return Future.failedFuture(new RefusedException(
                    found.isEmpty()
                            ? "no dead letter '" + id + "' in " + queue.name()
                            : "several dead letters in " + queue.name() + " have the id '" + id
                                    + "', expected one; nothing was changed"));
        });
    }

    private Future<String> target(DeadLetterQueue queue, DeadLetter letter, Optional<String> to) {
        JobRequest request = new JobRequest(Selection.ALL, to, 1, Pace.UNLIMITED, "", "");
        return planner.target(queue, request).compose(found -> {
            if (found.isPresent() && !found.get().qualifier().isEmpty()) {
                return Future.failedFuture(new RefusedException("an edited message takes its version as a header: "
                        + "--set-header " + EventProperties.QUALIFIER + "="
                        + found.get().qualifier()));
            }
            return found.map(JobPlanner.Target::queue)
                    .or(letter::origin)
                    .map(Future::succeededFuture)
                    .orElseGet(() -> Future.failedFuture(new PreflightException("nobody wrote down where dead letter '"
                            + letter.id() + "' died; nothing was changed, name a queue with --to")));
        });
    }

    // A client sends to an address, and every queue there would get it.
    private Future<Void> requireAlone(String target) {
        return Answers.inTime(tools.room().find(target), tools.broker())
                .compose(found -> found.isPresent() && found.get().address().equals(target)
                        ? Future.succeededFuture()
                        : Future.failedFuture(new PreflightException("queue '" + target
                                + "' shares its address, and others would get the edited message too; nothing was "
                                + "changed, name another queue with --to")));
    }

    Future<Void> apply(DeadLetterQueue queue, EditPlan plan) {
        String selector = selector(plan.before());
        return tools.counting()
                .count(queue.name(), new Selection(Set.of(), Optional.empty(), Optional.of(selector)))
                .compose(count -> count == 1
                        ? replace(queue, plan, selector)
                        : Future.failedFuture(new RefusedException("dead letter '"
                                + plan.before().id() + "' is there " + count + " times, expected once; nothing was "
                                + "changed")));
    }

    private static String selector(DeadLetter letter) {
        if (letter.brokerNumber().isPresent()) {
            return CutOff.NUMBER + " = " + letter.brokerNumber().getAsLong();
        }
        return Selection.ofId(letter.id()).selector();
    }

    private Future<Void> replace(DeadLetterQueue queue, EditPlan plan, String selector) {
        Promise<Void> replaced = Promise.promise();
        connection.run(() -> {
            InboundLink[] link = new InboundLink[1];
            link[0] = new InboundLink(
                    connection,
                    queue.receivingAddress(),
                    selector,
                    false,
                    delivery -> replace(delivery, plan).onComplete(replaced),
                    () -> link[0].grant(1));
            link[0].whenRefused(replaced::tryFail);
            transactions(); // Before the link, so that its coordinator is attached first.
            link[0].open();
            long late = connection
                    .context()
                    .owner()
                    .setTimer(
                            PATIENCE.toMillis(),
                            tick -> replaced.tryFail(new BrokerUnavailableException(
                                    "broker " + tools.broker() + " did not hand over dead letter '"
                                            + plan.before().id() + "' within " + PATIENCE.toSeconds()
                                            + " s; nothing was changed")));
            replaced.future().onComplete(done -> {
                connection.context().owner().cancelTimer(late);
                link[0].close();
            });
        });
        return replaced.future();
    }

    private Future<Void> replace(Delivery delivery, EditPlan plan) {
        return transactions()
                .completeAndSend(delivery, plan.target(), plan.after().encoded());
    }

    // Event loop only.
    private Transactions transactions() {
        Transactions known = transactions;
        if (known == null) {
            known = new Transactions(connection);
            transactions = known;
        }
        return known;
    }
}
