package io.millrace.deadletter;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.connection.BrokerRefusedException;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.delivery.Delivery;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.delivery.Transactions;
import io.millrace.broker.envelope.DeadLetterMessages;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Moves dead letters with something written on them, which the broker's own move cannot: each goes to its target and
 * leaves the queue in one transaction of the broker, some together. Thread-safe.
 */
final class Stamping {
    /** On what a job stamped: its id, by which an undo knows it again. */
    static final String JOB = "dlq_job";

    private static final long QUIET_MILLIS = 50;
    // Of one transaction: the more, the fewer wait for the broker's disk.
    private static final int BATCH = 100;
    private static final long BATCH_MILLIS = 5;
    /** Of one step. No more than a second's worth: between steps the driver learns what is wanted of it. */
    static final int STEP = 10_000;

    private static final long STEP_NANOS = 1_000_000_000;

    private final BrokerConnection connection;
    private @Nullable Transactions transactions;

    Stamping(BrokerConnection connection) {
        this.connection = connection;
    }

    // Once it is there it opens its links again after every reconnect. Event loop only.
    private Transactions transactions() {
        Transactions known = transactions;
        if (known == null) {
            known = new Transactions(connection);
            transactions = known;
        }
        return known;
    }

    /**
     * Moves at most {@code amount.limit()}, for about a second.
     *
     * @return how many; 0 where no more match
     */
    Future<Long> move(DeadLetterQueue from, JobRoute route, String jobId, String selector, Amount amount) {
        Promise<Long> moved = Promise.promise();
        connection.run(() -> new Run(from, route, jobId, selector, amount, moved).start());
        return moved.future();
    }

    /**
     * How many at most.
     *
     * @param atOnce received and not yet sent on
     */
    record Amount(int limit, int atOnce) {}

    /** Event loop only. */
    private final class Run {
        private final JobRoute route;
        private final String jobId;
        private final Amount amount;
        private final long startedNanos = System.nanoTime();
        private final Promise<Long> moved;
        private final InboundLink link;
        private final Runnable lost = this::gone;
        private List<Delivery> batch = new ArrayList<>();
        private int granted;
        private int arrived;
        private int underWay;
        private long done;
        private boolean draining;
        private boolean ending;
        private @Nullable Throwable failure;

        Run(DeadLetterQueue from, JobRoute route, String jobId, String selector, Amount amount, Promise<Long> moved) {
            this.route = route;
            this.jobId = jobId;
            this.amount = amount;
            this.moved = moved;
            this.link =
                    new InboundLink(connection, from.receivingAddress(), selector, false, this::take, this::attached);
        }

        void start() {
            transactions();
            connection.whenDown(lost);
            link.whenRefused(this::refused);
            link.open();
            endWhenQuiet(0);
        }

        private void attached() {
            granted = arrived;
            grant(amount.atOnce());
        }

        private void grant(int wanted) {
            int more = Math.min(wanted, amount.limit() - granted);
            granted += more;
            link.grant(more);
        }

        /** Whether all that will be asked for is here. */
        private boolean isAllHere() {
            return arrived == granted && (granted == amount.limit() || isLate());
        }

        private boolean isLate() {
            return System.nanoTime() - startedNanos > STEP_NANOS;
        }

        private void take(Delivery delivery) {
            arrived++;
            underWay++;
            batch.add(delivery);
            if (batch.size() == BATCH || arrived == granted) {
                commit();
            } else if (batch.size() == 1) {
                List<Delivery> filling = batch;
                connection.context().owner().setTimer(BATCH_MILLIS, late -> {
                    if (batch == filling) {
                        commit();
                    }
                });
            }
        }

        private void commit() {
            List<Delivery> full = batch;
            batch = new ArrayList<>();
            List<Message> copies =
                    full.stream().map(each -> stamped(each.message())).toList();
            transactions().completeAndSend(full, copies).onComplete(committed -> {
                underWay -= full.size();
                if (committed.succeeded()) {
                    done += full.size();
                    if (failure == null && !draining && !ending && !isLate()) {
                        grant(full.size());
                    }
                } else if (failure == null) {
                    failure = committed.cause();
                }
                endIfOver();
            });
        }

        private Message stamped(Message message) {
            Message copy = DeadLetterMessages.copy(message);
            copy.setAddress(route.target());
            copy.setDurable(true);
            Map<String, Object> properties = new HashMap<>(EventMessages.properties(message));
            properties.remove(EventProperties.DUPLICATE_ID);
            properties.put(EventProperties.QUALIFIER, route.qualifier());
            properties.put(JOB, jobId);
            copy.setApplicationProperties(new ApplicationProperties(properties));
            copy.setMessageAnnotations(Annotations.withoutRouting(message));
            return copy;
        }

        private void endWhenQuiet(int seen) {
            connection.context().owner().setTimer(QUIET_MILLIS, later -> {
                if (ending) {
                    return;
                }
                if (underWay > 0 || arrived > seen) {
                    endWhenQuiet(arrived);
                    return;
                }
                draining = true;
                link.drainCredit().onComplete(drained -> {
                    ending = true;
                    endIfOver();
                });
            });
        }

        private void endIfOver() {
            if ((ending || failure != null || isAllHere()) && underWay == 0) {
                end();
            }
        }

        private void end() {
            ending = true;
            connection.forgetDown(lost);
            Throwable why = failure;
            link.close().onComplete(closed -> {
                if (why == null) {
                    moved.tryComplete(done);
                } else {
                    moved.tryFail(why);
                }
            });
        }

        private void refused(BrokerRefusedException why) {
            failure = failure == null ? why : failure;
            if (!ending && underWay == 0) {
                end();
            }
        }

        private void gone() {
            failure = new BrokerUnavailableException("broker " + connection.address() + " is not reachable");
            if (!ending && underWay == 0) {
                end();
            }
        }
    }
}
