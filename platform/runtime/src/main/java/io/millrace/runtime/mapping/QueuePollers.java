package io.millrace.runtime.mapping;

import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.mapping.MappingRefusedException.QueueUnknown;
import io.millrace.runtime.mapping.MappingRefusedException.QueueUnsuitable;
import io.millrace.runtime.registry.FunctionAdministration;
import io.vertx.core.Future;
import java.time.Clock;

/** Pollers of the broker's own queues. */
public final class QueuePollers implements SourcePollers {
    private static final String ANYCAST = "ANYCAST";

    private final BrokerConnection connection;
    private final BrokerManagement broker;
    private final Invoker invoker;
    private final FunctionAdministration functions;
    private final Clock clock;

    /** @param connection one for all pollers, apart from that of the workers */
    public QueuePollers(
            BrokerConnection connection,
            BrokerManagement broker,
            Invoker invoker,
            FunctionAdministration functions,
            Clock clock) {
        this.connection = connection;
        this.broker = broker;
        this.invoker = invoker;
        this.functions = functions;
        this.clock = clock;
    }

    @Override
    public Future<Void> require(QueueArn source) {
        return broker.findQueue(source.queue()).map(found -> {
            requirePollable(found.orElseThrow(() -> new QueueUnknown(source.queue())));
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
    public SourcePoller poller(EventSourceMapping mapping) {
        return new QueuePoller(mapping, connection, invoker, this::exists, clock);
    }

    private boolean exists(FunctionArn arn) {
        return functions
                .find(arn.function())
                .filter(function -> function.published().exists(arn.qualifier().orElse(FunctionArn.LATEST)))
                .isPresent();
    }
}
