package io.millrace.runtime.mapping;

import io.millrace.core.function.FunctionArn;
import io.millrace.eventsource.SourceDescription;
import io.millrace.runtime.config.IdentitySettings;
import io.vertx.core.Future;
import java.util.Set;

/** The broker's own queues are polled by those who know the broker, everything else by its kind. */
public final class PollersBySource implements SourcePollers {
    private final IdentitySettings identity;
    private final QueuePollers queues;
    private final StreamPollers others;

    /** @param identity of the broker's own queues */
    public PollersBySource(IdentitySettings identity, QueuePollers queues, StreamPollers others) {
        this.identity = identity;
        this.queues = queues;
        this.others = others;
    }

    private SourcePollers of(SourceDescription source) {
        return BrokerQueue.of(source)
                // One that was mapped before the platform got another region or account is polled as before.
                .filter(queue -> queue.isOf(identity.region(), identity.account()) || !others.serves(source))
                .<SourcePollers>map(queue -> queues)
                .orElse(others);
    }

    @Override
    public Future<Void> require(SourceDescription source, FunctionArn function) {
        return of(source).require(source, function);
    }

    @Override
    public SourcePoller poller(EventSourceMapping mapping, MappingCounts counts) {
        return of(mapping.source()).poller(mapping, counts);
    }

    @Override
    public void retain(Set<String> uuids) {
        queues.retain(uuids);
        others.retain(uuids);
    }
}
