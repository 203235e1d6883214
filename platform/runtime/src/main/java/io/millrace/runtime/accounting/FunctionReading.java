package io.millrace.runtime.accounting;

import java.time.Instant;
import java.util.Optional;

/**
 * All that one look at a function tells. What the broker counted starts at 0 with the broker, or with the queue.
 *
 * @param received events that came into its queue, redriven ones too
 * @param acknowledged events that left its queue otherwise than by getting too old
 * @param givenUp events of its queue that this server dead-lettered, since it began
 * @param oldestWaiting when the oldest event was accepted that waits in this server; empty if none does
 */
public record FunctionReading(
        FunctionAccount account, long received, long acknowledged, long givenUp, Optional<Instant> oldestWaiting) {}
