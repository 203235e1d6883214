package io.millrace.runtime.mapping;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Feeds a function from its source for one mapping. Started once and stopped once. Thread-safe. */
public interface SourcePoller {

    /** @return when it polls; where the broker is away, as soon as it is back */
    Future<Void> start();

    /**
     * Takes nothing new, gives back what was not handed to the function, and waits for the batches that run. May be
     * called again with less patience.
     *
     * @param patience after this what runs is given back too, and will run again
     * @return when the source has heard of everything
     */
    Future<Void> stop(Duration patience);

    /** How the last batch ended, as Lambda words it; empty before the first. */
    default Optional<String> lastResult() {
        return Optional.empty();
    }

    /** Messages in its queue, those that run too; empty where that is not known. Does not fail. */
    default Future<OptionalLong> backlog() {
        return Future.succeededFuture(OptionalLong.empty());
    }
}
