package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One run of moving dead letters back, by the broker's own atomic move and in bounded steps: whoever is killed at
 * whatever instant, each message is in exactly one queue, and running it again moves what is left. Event loop only.
 */
final class Redrive {
    private final BrokerManagement management;
    private final BrokerAddress broker;
    private final RedrivePlan plan;
    private final Consumer<RedriveProgress> progress;
    private long moved;

    Redrive(BrokerManagement management, BrokerAddress broker, RedrivePlan plan, Consumer<RedriveProgress> progress) {
        this.management = management;
        this.broker = broker;
        this.plan = plan;
        this.progress = progress;
    }

    /** Succeeds if every queue that something would go to is there and would keep it. */
    Future<Void> check() {
        List<RedrivePlan.Route> routes = plan.routes();
        Future<Void> checked = Future.succeededFuture();
        for (RedrivePlan.Route route : routes) {
            checked = checked.compose(fine -> Answers.inTime(check(route), broker));
        }
        return checked;
    }

    private Future<Void> check(RedrivePlan.Route route) {
        return management.findQueue(route.target()).compose(found -> check(route, found));
    }

    private Future<Void> check(RedrivePlan.Route route, Optional<QueueState> target) {
        if (target.isEmpty()) {
            return refused("queue '" + route.target() + "' does not exist, " + route.planned() + " dead letters of "
                    + route.queue() + " would go there; nothing was moved");
        }
        if (route.target().equals(route.queue())) {
            return refused("dead letters of " + route.queue() + " would go to where they are; nothing was moved");
        }
        return management
                .operation("broker", "getAddressSettingsAsJSON", target.get().address())
                .compose(settings -> settings.asText().contains("\"addressFullMessagePolicy\":\"DROP\"")
                        ? refused("queue '" + route.target()
                                + "' drops messages when it is full; nothing was moved, give it another policy first")
                        : Future.succeededFuture());
    }

    Future<RedriveResult> run() {
        Future<Void> done = Future.succeededFuture();
        for (RedrivePlan.Route route : plan.routes()) {
            done = done.compose(next -> run(route));
        }
        return done.map(complete -> plan.result(moved));
    }

    private Future<Void> run(RedrivePlan.Route route) {
        long atMost = moved + route.planned();
        String selector = route.selector();
        return Steps.repeat(() ->
                Answers.inTime(step(route, selector, atMost - moved), broker).map(more -> more && moved < atMost));
    }

    private Future<Boolean> step(RedrivePlan.Route route, String selector, long left) {
        int limit = (int) Math.min(BrokerMove.STEP, left);
        return BrokerMove.step(management, route.queue(), route.target(), selector, limit)
                .map(this::count);
    }

    // Others may have moved some meanwhile: what counts is that nothing matches any more.
    private boolean count(long more) {
        moved += more;
        progress.accept(new RedriveProgress(moved, plan.planned()));
        return more > 0;
    }

    private static Future<Void> refused(String message) {
        return Future.failedFuture(new RefusedException(message));
    }
}
