package io.millrace.runtime.dispatch;

import io.millrace.broker.delivery.Calls;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.qpid.proton.message.Message;

/** Invocations as messages: events to {@code invoke.<function>}, calls to {@code call.<function>}. Thread-safe. */
public final class BrokerInvoker implements Invoker {
    /** Beyond the function's timeout: 10 s to initialise an environment, 5 s for the way there and back. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final Publisher publisher;
    private final Calls calls;
    private final Function<FunctionArn, Duration> maximumAges;
    private final Function<FunctionName, Duration> longestTimeouts;
    private final Consumer<FunctionName> wake;

    /**
     * @param maximumAges of events, by function and qualifier; from memory
     * @param longestTimeouts over all versions of functions that exist; from memory
     * @param wake told whenever something is about to be in a function's queues
     */
    public BrokerInvoker(
            Publisher publisher,
            Calls calls,
            Function<FunctionArn, Duration> maximumAges,
            Function<FunctionName, Duration> longestTimeouts,
            Consumer<FunctionName> wake) {
        this.publisher = publisher;
        this.calls = calls;
        this.maximumAges = maximumAges;
        this.longestTimeouts = longestTimeouts;
        this.wake = wake;
    }

    @Override
    public Future<Void> publish(Invocation invocation) {
        FunctionName function = invocation.arn().function();
        Duration maximumAge = maximumAges.apply(invocation.arn());
        Message message =
                EventMessages.durable(invocation.id(), invocation.payload(), published(invocation), maximumAge);
        String group = invocation.attributes().get(Invocation.GROUP);
        if (group != null) {
            message.setGroupId(group);
        }
        wake.accept(function);
        return publisher.send(Topology.invokeAddress(function), message);
    }

    @Override
    public Future<Answer> call(Invocation invocation) {
        FunctionName function = invocation.arn().function();
        Duration within = longestTimeouts.apply(function).plus(GRACE);
        Message message = request(invocation, properties(invocation), within);
        wake.accept(function);
        return calls.call(Topology.callAddress(function), message, within).map(CallReply::read);
    }

    @Override
    public Future<Answer> stream(Invocation invocation, ResponseStream response) {
        FunctionName function = invocation.arn().function();
        Duration within = longestTimeouts.apply(function).plus(GRACE);
        Map<String, String> properties = new HashMap<>(properties(invocation));
        properties.put(EventProperties.STREAM, "1");
        Message message = request(invocation, properties, within);
        IncomingResponse incoming = new IncomingResponse(invocation.id(), response, calls);
        wake.accept(function);
        return incoming.endedBy(calls.call(Topology.callAddress(function), message, within, incoming::isPart));
    }

    private static Message request(Invocation invocation, Map<String, String> properties, Duration within) {
        Message message = EventMessages.transientMessage(invocation.id(), invocation.payload(), properties);
        message.setExpiryTime(System.currentTimeMillis() + within.toMillis());
        return message;
    }

    private static Map<String, String> published(Invocation invocation) {
        String publishId = invocation.attributes().get(Invocation.PUBLISH_ID);
        if (publishId == null) {
            return properties(invocation);
        }
        Map<String, String> properties = new HashMap<>(properties(invocation));
        properties.put(EventProperties.DUPLICATE_ID, publishId);
        return properties;
    }

    private static Map<String, String> properties(Invocation invocation) {
        if (invocation.attributes().isEmpty()
                && invocation.arn().qualifier().isEmpty()
                && invocation.clientContext().isEmpty()) {
            return Map.of();
        }
        Map<String, String> properties = new HashMap<>(invocation.attributes());
        properties.remove(Invocation.GROUP);
        properties.remove(Invocation.PUBLISH_ID);
        invocation.arn().qualifier().ifPresent(qualifier -> properties.put(EventProperties.QUALIFIER, qualifier));
        invocation.clientContext().ifPresent(context -> properties.put(EventProperties.CLIENT_CONTEXT, context));
        return properties;
    }
}
