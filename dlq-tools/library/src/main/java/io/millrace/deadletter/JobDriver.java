package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drives one job: the broker's own atomic move in bounded steps, until nothing that was there when the job began is
 * left. Nothing it remembers matters: whoever is killed, the next driver counts at the broker and goes on. One run of
 * one job; its steps follow each other.
 */
final class JobDriver {
    private static final long LOOK_AGAIN_MILLIS = 100;
    private static final int FRUITLESS_ROUNDS = 3;

    private final JobTools tools;
    private final JobClaim claim;
    private final JobTally tally;
    private final Canary canary;
    private final Metronome metronome;
    private int route;
    private @Nullable RouteMove underWay;
    private int fruitless;
    private String stopped = "";

    JobDriver(JobTools tools, JobClaim claim, JobRecord job, Consumer<JobProgress> progress) {
        this.tools = tools;
        this.claim = claim;
        this.tally = new JobTally(tools, job, progress);
        this.canary = new Canary(job.order().pace(), job.moved());
        this.metronome = new Metronome(job.order().pace().perSecond(), System.nanoTime());
    }

    /** The job as it is written down when it ends, or pauses, or stops. */
    Future<JobRecord> run() {
        return tally.countIfNeeded()
                .compose(counted -> Steps.repeat(this::step))
                .onComplete(over -> closeRoute())
                .compose(done -> tally.countIfNeeded())
                .compose(counted -> end());
    }

    private Future<JobRecord> end() {
        boolean isAll = stopped.isEmpty() && !tally.isHeld();
        JobState state = claim.wish().orElse(isAll ? JobState.COMPLETED : JobState.STOPPED);
        return tally.end(state, state == JobState.STOPPED ? stopped : "");
    }

    private Future<Boolean> step() {
        if (claim.wish().isPresent() || !stopped.isEmpty()) {
            return Future.succeededFuture(false);
        }
        if (!claim.isHeld()) {
            return Future.failedFuture(
                    new BrokerUnavailableException("the connection to broker " + tools.broker() + " was lost"));
        }
        if (route == tally.routes()) {
            return nextRound();
        }
        JobRoute to = tally.route(route);
        if (!to.held().isEmpty() || (tally.allowed(to) <= 0 && canary.isOver())) {
            nextRoute();
            return Future.succeededFuture(true);
        }
        long now = System.nanoTime();
        long early = metronome.waitNanos(now);
        if (early > 0) {
            return later(Math.max(1, Math.min(LOOK_AGAIN_MILLIS, early / 1_000_000)));
        }
        if (tally.isCountDue(now)) {
            return count();
        }
        return canary.isOver() ? move(to) : moveFew(to, now);
    }

    // Somebody's consumer gave some back, or the broker's paging hid them for a moment.
    private Future<Boolean> nextRound() {
        return count().compose(counted -> {
            if (!tally.isUnfinished()) {
                return Future.succeededFuture(false);
            }
            route = 0;
            if (++fruitless < FRUITLESS_ROUNDS) {
                return later(LOOK_AGAIN_MILLIS);
            }
            for (int each = 0; each < tally.routes(); each++) {
                JobRoute left = tally.route(each);
                if (left.left() > 0 && left.held().isEmpty()) {
                    tally.hold(each, "a consumer of " + tally.job().order().queue() + " has them");
                }
            }
            return Future.succeededFuture(false);
        });
    }

    private Future<Boolean> moveFew(JobRoute to, long now) {
        boolean isMore = canary.left(tally.moved()) > 0;
        if (isMore && tally.allowed(to) > 0) {
            return move(to);
        }
        if (isMore) {
            nextRoute();
            if (route == tally.routes()) {
                canary.end();
            }
            return Future.succeededFuture(true);
        }
        if (canary.isWaiting(now)) {
            return later(LOOK_AGAIN_MILLIS);
        }
        canary.end();
        return count();
    }

    private Future<Boolean> move(JobRoute to) {
        long limit = Math.min(Math.min(tally.allowed(to), metronome.most()), canary.left(tally.moved()));
        return underWay(to).next(limit).compose(this::moved);
    }

    private RouteMove underWay(JobRoute to) {
        RouteMove open = underWay;
        if (open == null) {
            open = new RouteMove(tools, tally.job(), to);
            underWay = open;
        }
        return open;
    }

    private Future<Boolean> moved(RouteMove.Stride stride) {
        if (stride instanceof RouteMove.Full) {
            return later(LOOK_AGAIN_MILLIS);
        }
        if (stride instanceof RouteMove.Held held) {
            tally.hold(route, held.why());
            nextRoute();
        } else if (stride instanceof RouteMove.Moved moved) {
            tally.moved(route, moved.count());
            metronome.moved(moved.count(), System.nanoTime());
            fruitless = moved.count() > 0 ? 0 : fruitless;
            if (!moved.more()) {
                nextRoute();
            }
        }
        return Future.succeededFuture(true);
    }

    private void nextRoute() {
        route++;
        closeRoute();
        tally.nextRoute();
    }

    private void closeRoute() {
        RouteMove open = underWay;
        underWay = null;
        if (open != null) {
            open.close();
        }
    }

    private Future<Boolean> later(long millis) {
        Promise<Boolean> later = Promise.promise();
        tools.vertx().setTimer(millis, due -> later.complete(true));
        return later.future();
    }

    /** Stops if too many came back. */
    private Future<Boolean> count() {
        return tally.count().map(counted -> {
            stopped = tally.tooManyReturned(canary).orElse("");
            return true;
        });
    }
}
