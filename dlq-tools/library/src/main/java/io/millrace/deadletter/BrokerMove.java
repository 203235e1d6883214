package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.management.BrokerManagement;
import io.vertx.core.Future;

/** A step of the broker's own atomic move, and what must be so before and after it. */
final class BrokerMove {
    /** Holds the broker's management for 29 ms each time. */
    static final int STEP = 1_000;

    private BrokerMove() {}

    /**
     * Moves at most {@code limit}; each message is in one of the two queues, whatever is killed meanwhile. Fails with
     * RefusedException while messages of {@code from} are scheduled.
     *
     * @return how many
     */
    static Future<Long> step(BrokerManagement management, String from, String to, String selector, int limit) {
        return refuseScheduled(management, from)
                .compose(fine -> management.moveMessages(from, to, selector, limit))
                .compose(moved -> readAhead(management, from).map(moved));
    }

    /** A bounded move that meets scheduled messages hides the rest of them until the broker starts again. */
    static Future<Void> refuseScheduled(BrokerManagement management, String queue) {
        return management
                .attribute("queue." + queue, "scheduledCount")
                .compose(scheduled -> scheduled.asLong() == 0
                        ? Future.succeededFuture()
                        : Future.failedFuture(new RefusedException("queue '" + queue + "' has "
                                + scheduled.asLong() + " scheduled messages, which the broker cannot move "
                                + "safely; redrive when they are due")));
    }

    /**
     * Lets the broker read the next messages from its page files before the next step. Steps without a pause keep it
     * from doing so; then they take what is in the files themselves, past the place where the queue reads on, and once
     * such a file is emptied and deleted the queue hands out the rest of it a second time (seen with 2.55: 7,000 of
     * 100,000 messages doubled by steps of 5,000, one by steps of 1,000). Reading ahead is also twice as fast.
     */
    static Future<Void> readAhead(BrokerManagement management, String queue) {
        return management
                .operation("queue." + queue, "flushExecutor")
                .recover(refused -> refused instanceof BrokerRefusedException
                        ? Future.succeededFuture() // The broker deletes some queues when they are empty.
                        : Future.failedFuture(refused))
                .mapEmpty();
    }
}
