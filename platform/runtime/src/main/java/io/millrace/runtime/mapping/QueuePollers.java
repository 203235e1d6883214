package io.millrace.runtime.mapping;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.core.function.FunctionArn;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.mapping.MappingRefusedException.QueueUnknown;
import io.millrace.runtime.mapping.MappingRefusedException.QueueUnsuitable;
import io.millrace.runtime.mapping.MappingRefusedException.SourceUnsupported;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.trace.Traces;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;

/** Pollers of the broker's own queues. */
public final class QueuePollers implements SourcePollers {
    private static final String ANYCAST = "ANYCAST";

    private final BrokerConnection connection;
    private final BrokerManagement broker;
    private final Invoker invoker;
    private final Traces traces;
    private final RecordKeys keys;
    private final FunctionAdministration functions;
    private final IdentitySettings identity;
    private final Clock clock;

    /**
     * @param connection one for all pollers, apart from that of the workers
     * @param identity of the broker's own queues
     */
    public QueuePollers(
            BrokerConnection connection,
            BrokerManagement broker,
            Invoker invoker,
            Traces traces,
            RecordKeys keys,
            FunctionAdministration functions,
            IdentitySettings identity,
            Clock clock) {
        this.connection = connection;
        this.broker = broker;
        this.invoker = new BatchCalls(invoker);
        this.traces = traces;
        this.keys = keys;
        this.functions = functions;
        this.identity = identity;
        this.clock = clock;
    }

    @Override
    public Future<Void> require(SourceDescription source, FunctionArn function) {
        Optional<BrokerQueue> own =
                BrokerQueue.of(source).filter(queue -> queue.isOf(identity.region(), identity.account()));
        if (own.isEmpty()) {
            return Future.failedFuture(new SourceUnsupported(source.label()));
        }
        String queue = own.get().name();
        if (queue.endsWith(QueueArn.ORDERED) && !own.get().isOrdered()) {
            return Future.failedFuture(new QueueUnsuitable("The queue " + queue + " keeps the order of its message"
                    + " groups, expected arn:aws:sqs:" + identity.region() + ":" + identity.account() + ":" + queue
                    + " as its event source: a mapping of MQ keeps none."));
        }
        return broker.findQueue(queue).compose(found -> {
            requirePollable(found.orElseThrow(() -> new QueueUnknown(queue)));
            return own.get().isOrdered() ? requireNoDelay(queue) : Future.succeededFuture();
        });
    }

    /** While one waits for its next delivery, a poller that has just started would not know of it. */
    private Future<Void> requireNoDelay(String queue) {
        return broker.policy(queue).map(policy -> {
            long delay = QueuePolicy.of(policy).redeliveryDelayMillis();
            if (delay > 0) {
                throw new QueueUnsuitable("The queue " + queue + " has a redelivery delay of " + delay
                        + " ms, expected none: its messages would overtake each other.");
            }
            return null;
        });
    }

    private static void requirePollable(QueueState queue) {
        if (!queue.routingType().equals(ANYCAST) || !queue.address().equals(queue.name())) {
            throw new QueueUnsuitable("The queue " + queue.name() + " is a " + queue.routingType()
                    + " queue of the address " + queue.address() + ", expected an anycast queue of its own address.");
        }
    }

    @Override
    public SourcePoller poller(EventSourceMapping mapping, MappingCounts counts) {
        BrokerQueue queue = BrokerQueue.of(mapping.source())
                .orElseThrow(() -> new IllegalArgumentException(
                        "source " + mapping.source().label() + ", expected a queue of a broker"));
        FedQueue fed = new FedQueue(
                mapping, queue, new SourceHealth(mapping, counts), () -> policy(queue), () -> backlog(queue));
        return queue.isOrdered()
                ? new OrderedQueuePoller(
                        fed, connection, invoker, traces, keys, function -> exists(functions, function), clock)
                : new QueuePoller(
                        fed, connection, invoker, traces, keys, function -> exists(functions, function), clock);
    }

    private Future<QueuePolicy> policy(BrokerQueue queue) {
        return broker.policy(queue.name()).map(QueuePolicy::of);
    }

    /** Not known while the broker is away, and of a queue that it has not. */
    private Future<OptionalLong> backlog(BrokerQueue queue) {
        return broker.attribute("queue." + queue.name(), "MessageCount")
                .map(count -> OptionalLong.of(count.asLong()))
                .otherwise(OptionalLong.empty());
    }

    /** From memory. */
    static boolean exists(FunctionAdministration functions, FunctionArn arn) {
        return functions
                .find(arn.function())
                .filter(function -> function.published().exists(arn.qualifier().orElse(FunctionArn.LATEST)))
                .isPresent();
    }
}
