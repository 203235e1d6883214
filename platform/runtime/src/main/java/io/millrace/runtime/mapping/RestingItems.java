package io.millrace.runtime.mapping;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.envelope.EventMessages;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Messages that failed, held unsettled for a while before the broker counts that and hands them out again: it would do so
 * at once, and all attempts would be over before what they failed of is. Lambda leaves them invisible (lambda-semantics
 * 3.5, 3.6). A queue with a redelivery delay of its own gets them back at once, and that delay alone holds. Event loop
 * only.
 */
final class RestingItems {
    /** After the first attempt; twice as long after each further one. */
    private static final long FIRST_REST_MILLIS = 100;

    private static final long LONGEST_REST_MILLIS = 5_000;
    private static final int MOST_DOUBLINGS = 10;
    private static final long TICK_MILLIS = 100;
    /** Beyond these the one whose rest ends first goes back early. */
    private static final int MOST = 5_000;

    private static final long MOST_BYTES = 8 * 1024 * 1024;
    /** The queue's settings may change; they are looked at again after a while, when something fails. */
    private static final long POLICY_MILLIS = 5_000;

    private final BrokerConnection connection;
    private final Supplier<Future<QueuePolicy>> currentPolicy;
    private final long madeAtNanos = System.nanoTime();
    private final PriorityQueue<Resting> byEnd = new PriorityQueue<>(Comparator.comparingLong(Resting::untilMillis));
    private long bytes;
    /** Until the broker has said: a queue that leaves everything to us. */
    private QueuePolicy policy = new QueuePolicy(0, 0);

    private long askAgainAtMillis;
    private boolean isTicking;

    RestingItems(BrokerConnection connection, Supplier<Future<QueuePolicy>> currentPolicy) {
        this.connection = connection;
        this.currentPolicy = currentPolicy;
    }

    private record Resting(BatchItem item, long untilMillis) {}

    void add(BatchItem item) {
        askForPolicy();
        int attempt = EventMessages.attempt(item.delivery().message());
        if (policy.redeliveryDelayMillis() > 0 || policy.endsAfter(attempt)) {
            item.delivery().retryLater();
            return;
        }
        byEnd.add(new Resting(item, elapsedMillis() + restMillis(attempt)));
        bytes += item.record().length;
        while (byEnd.size() > MOST || (bytes > MOST_BYTES && byEnd.size() > 1)) {
            giveBackFirst();
        }
        tickLater();
    }

    /** @param attempt from 1 */
    static long restMillis(int attempt) {
        int doublings = Math.min(attempt - 1, MOST_DOUBLINGS);
        return Math.min(FIRST_REST_MILLIS << doublings, LONGEST_REST_MILLIS);
    }

    private void askForPolicy() {
        if (elapsedMillis() >= askAgainAtMillis) {
            askAgainAtMillis = elapsedMillis() + POLICY_MILLIS;
            currentPolicy.get().onComplete(answer -> connection.run(() -> answered(answer)));
        }
    }

    /** Without an answer what was known last holds. */
    private void answered(AsyncResult<QueuePolicy> answer) {
        if (answer.succeeded()) {
            policy = answer.result();
            if (policy.redeliveryDelayMillis() > 0) {
                giveBackAll();
            }
        }
    }

    private void tickLater() {
        if (!isTicking && !byEnd.isEmpty()) {
            isTicking = true;
            connection.context().owner().setTimer(TICK_MILLIS, tick -> {
                isTicking = false;
                giveBackDue();
                tickLater();
            });
        }
    }

    private void giveBackDue() {
        long now = elapsedMillis();
        while (!byEnd.isEmpty() && byEnd.element().untilMillis() <= now) {
            giveBackFirst();
        }
    }

    private void giveBackFirst() {
        BatchItem item = byEnd.remove().item();
        bytes -= item.record().length;
        item.delivery().retryLater();
    }

    /** Each counted as failed, whatever is left of its rest. */
    void giveBackAll() {
        while (!byEnd.isEmpty()) {
            giveBackFirst();
        }
    }

    /** Since this was made; the wall clock may be set. */
    private long elapsedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - madeAtNanos);
    }
}
