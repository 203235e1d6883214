package io.millrace.runtime.relay;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Transactions;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.registry.FunctionAdministration;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All relays, by their queues. Thread-safe; nothing blocks. */
public final class Relays {
    private final BrokerConnection connection;
    private final Transactions transactions;
    private final BrokerManagement broker;
    private final FunctionAdministration functions;
    private final Consumer<FunctionName> wake;
    private final InstantSource clock;
    // Event loop only.
    private final Map<String, Relay> relays = new HashMap<>();
    private boolean closed;

    /**
     * @param connection one for all relays, apart from that of the workers
     * @param wake told whenever something is about to be in a function's queue
     */
    public Relays(
            BrokerConnection connection,
            BrokerManagement broker,
            FunctionAdministration functions,
            Consumer<FunctionName> wake,
            InstantSource clock) {
        this.connection = connection;
        this.transactions = new Transactions(connection);
        this.broker = broker;
        this.functions = functions;
        this.wake = wake;
        this.clock = clock;
    }

    /**
     * Makes the queue, unless it exists, and relays what comes to it; a relay that runs already follows the new plan
     * from the next message on.
     *
     * @return succeeds when nothing that is sent to the address from now on will be missed
     */
    public Future<Void> start(RelayPlan plan) {
        return broker.createMulticastQueue(plan.address(), plan.queue())
                .compose(made -> onLoop(() -> {
                    Relay running = relays.get(plan.queue());
                    if (running != null) {
                        running.follow(plan);
                    } else if (!closed) {
                        Relay relay = new Relay(
                                connection,
                                transactions,
                                plan,
                                new Relay.Targets(this::mayExist, this::isUnknown, wake),
                                clock);
                        relays.put(plan.queue(), relay);
                        relay.start();
                    }
                    return Future.succeededFuture();
                }));
    }

    /** Ends the relay and deletes its queue with what waits there; one that does not exist counts as removed. */
    public Future<Void> remove(String queue) {
        // Asked first: while the broker is away the queue stays, and must not stay without its relay.
        return broker.queueNames()
                .compose(reachable -> onLoop(() -> {
                    Relay relay = relays.remove(queue);
                    return relay == null ? Future.succeededFuture() : relay.stop();
                }))
                .compose(stopped -> broker.deleteMulticastQueue(queue));
    }

    /** Nothing is relayed any more; what is under way after {@code patience} goes back to its queue. */
    public Future<Void> close(Duration patience) {
        return onLoop(() -> {
            closed = true;
            List<Future<Void>> stopping = new ArrayList<>();
            relays.values().forEach(relay -> stopping.add(relay.stop()));
            relays.clear();
            Promise<Void> done = Promise.promise();
            Future.join(stopping).onComplete(all -> done.tryComplete());
            connection.context().owner().setTimer(Math.max(1, patience.toMillis()), late -> done.tryComplete());
            return done.future();
        });
    }

    private Future<Void> onLoop(Supplier<Future<Void>> action) {
        Promise<Void> done = Promise.promise();
        connection.run(() -> action.get().onComplete(done));
        return done.future();
    }

    /**
     * Whether there is any use in trying. Functions of an embedding service are known only once it has made them, while
     * their queues are there from the time before; so the broker has the last word.
     */
    private boolean mayExist(RelayTarget target) {
        return target.function()
                .flatMap(arn -> functions.find(arn.function()).map(found -> found.published()
                        .exists(arn.qualifier().orElse(FunctionArn.LATEST))))
                .orElse(true);
    }

    /** Whether that is why the broker refused. */
    private boolean isUnknown(RelayTarget target) {
        return target.function()
                .filter(arn -> functions.find(arn.function()).isEmpty())
                .isPresent();
    }
}
