package io.millrace.runtime.mapping;

import io.vertx.core.Future;

/** Makes pollers for one kind of source. Thread-safe. */
public interface SourcePollers {

    /** Fails with QueueUnknown or QueueUnsuitable, or with BrokerUnavailableException when it cannot tell. */
    Future<Void> require(QueueArn source);

    SourcePoller poller(EventSourceMapping mapping);
}
