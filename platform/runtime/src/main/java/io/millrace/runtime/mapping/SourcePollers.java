package io.millrace.runtime.mapping;

import io.millrace.core.function.FunctionArn;
import io.millrace.eventsource.SourceDescription;
import io.vertx.core.Future;
import java.util.Set;

/** Makes pollers for one kind of source. Thread-safe. */
public interface SourcePollers {

    /**
     * Fails with QueueUnknown, QueueUnsuitable, SourceUnsupported or SourceRefused, or with BrokerUnavailableException
     * when it cannot tell.
     *
     * @param function that it is to feed
     */
    Future<Void> require(SourceDescription source, FunctionArn function);

    /** @param counts of the mapping, also before this poller */
    SourcePoller poller(EventSourceMapping mapping, MappingCounts counts);

    /**
     * Forgets what was kept for mappings other than these, which are gone; blocks.
     *
     * @param uuids of all mappings
     */
    default void retain(Set<String> uuids) {}
}
