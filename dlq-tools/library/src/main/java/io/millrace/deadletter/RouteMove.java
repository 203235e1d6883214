package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.management.QueueState;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Moves those of a job that go to one queue, a step at a time, as far as it has room. One step after the other. */
final class RouteMove {
    // A step is one transaction of the broker, which copies the bodies of large messages into it.
    private static final long MOST_BYTES = 64L << 20;
    private static final int LONGEST_REASON = 300;
    private static final long CHECKED_NANOS = 20_000_000;

    private final JobTools tools;
    private final JobRecord job;
    private final JobRoute route;
    private final Finder finder;
    private long most;
    private boolean endless;
    private @Nullable DeadLetterQueue from;
    private @Nullable Future<Void> checked;
    private long checkedNanos;

    RouteMove(JobTools tools, JobRecord job, JobRoute route) {
        this.tools = tools;
        this.job = job;
        this.route = route;
        this.finder = new Finder(tools.letters(), job.order().queue(), job.found(route));
    }

    /** How a step ended. */
    sealed interface Stride {}

    /** @param more whether there may be more to move */
    record Moved(long count, boolean more) implements Stride {}

    /** It does not go on until somebody mends something. */
    record Held(String why) implements Stride {}

    /** It goes on when its consumer has made room. */
    record Full() implements Stride {}

    /** @param limit at most so many, at least 1 */
    Future<Stride> next(long limit) {
        Future<Stride> next = endless ? move(limit) : inTime(measured()).compose(done -> intoRoom(limit));
        return next.recover(failure -> failure instanceof BrokerRefusedException
                ? refused(String.valueOf(failure.getMessage()))
                : Future.failedFuture(failure));
    }

    private Future<Void> measured() {
        return most > 0
                ? Future.succeededFuture()
                : tools.room()
                        .averageSize(job.order().queue())
                        .onSuccess(size -> most = most(size))
                        .mapEmpty();
    }

    /** Messages of a step, where one has so many bytes on average. */
    static long most(long averageBytes) {
        return Math.min(BrokerMove.STEP, Math.max(1, MOST_BYTES / averageBytes));
    }

    private Future<Stride> intoRoom(long limit) {
        return inTime(tools.room().find(route.target()))
                .compose(found -> found.isEmpty()
                        ? Future.succeededFuture(gone())
                        : inTime(tools.room().in(found.get(), job.order().queue()))
                                .compose(free -> intoRoom(found.get(), free, limit)));
    }

    private Future<Stride> intoRoom(QueueState target, Room.Free free, long limit) {
        if (free.free() == 0) {
            return Future.succeededFuture(noRoom(target, free));
        }
        endless = free.free() == Long.MAX_VALUE; // Then asked once: it would cost each step a tenth of its time.
        return move(Math.min(limit, free.free()));
    }

    private Stride noRoom(QueueState target, Room.Free free) {
        return !free.fails() && target.consumers() > 0
                ? new Full()
                : new Held("queue '" + route.target() + "' is full (policy " + free.policy() + ")"
                        + (target.consumers() == 0 ? " and nobody takes from it" : ""));
    }

    private Held gone() {
        return new Held("queue '" + route.target() + "' does not exist any more");
    }

    private Future<Stride> move(long wanted) {
        int limit = (int) Math.min(longest(), wanted);
        return finder.next(limit)
                .compose(batch -> batch.isPresent()
                        ? move(batch.get(), limit).map(more -> new Moved(more, more > 0 || !finder.isForBroker()))
                        : Future.succeededFuture(new Moved(0, false)));
    }

    // What is received and sent again does not confuse a queue's reading of its page files, as long moves do.
    private long longest() {
        return isStamped() && finder.isForBroker() ? Stamping.STEP : most;
    }

    private boolean isStamped() {
        return !route.qualifier().isEmpty();
    }

    private Future<Long> move(String selector, int limit) {
        String queue = job.order().queue();
        if (!isStamped()) {
            return inTime(noneScheduled(queue))
                    .compose(fine -> inTime(tools.management().moveMessages(queue, route.target(), selector, limit)))
                    .compose(moved -> inTime(readAhead(queue)).map(moved));
        }
        Stamping.Amount amount = new Stamping.Amount(limit, (int) Math.min(most, limit));
        return inTime(BrokerMove.refuseScheduled(tools.management(), queue))
                .compose(fine -> from(queue))
                .compose(of -> inTime(tools.stamping().move(of, route, job.id(), selector, amount)));
    }

    private Future<Void> noneScheduled(String queue) {
        Future<Void> known = checked;
        checked = null;
        return known != null && System.nanoTime() - checkedNanos < CHECKED_NANOS
                ? known
                : BrokerMove.refuseScheduled(tools.management(), queue);
    }

    // What the next step wants to know is asked with it: each waiting for an answer is a part of a step's time.
    private Future<Void> readAhead(String queue) {
        Future<Void> read = BrokerMove.readAhead(tools.management(), queue);
        Future<Void> next = BrokerMove.refuseScheduled(tools.management(), queue);
        checked = next;
        return read.compose(done -> next.otherwiseEmpty()).map(answered -> {
            checkedNanos = System.nanoTime();
            return null;
        });
    }

    private Future<DeadLetterQueue> from(String queue) {
        DeadLetterQueue known = from;
        return known != null
                ? Future.succeededFuture(known)
                : inTime(tools.letters().queueNamed(queue)).onSuccess(found -> from = found);
    }

    private Future<Stride> refused(String why) {
        return inTime(tools.room().find(route.target())).map(found -> found.isEmpty() ? gone() : new Held(cut(why)));
    }

    // The broker repeats the whole selector.
    private static String cut(String why) {
        return why.length() <= LONGEST_REASON ? why : why.substring(0, LONGEST_REASON) + "…";
    }

    private <T> Future<T> inTime(Future<T> asked) {
        return Answers.inTime(asked, tools.broker());
    }

    void close() {
        finder.close();
    }
}
