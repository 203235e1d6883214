package io.millrace.runtime.accounting;

import java.time.Instant;
import java.util.Optional;

/**
 * All that one look at a function tells. What the broker counted starts at 0 with the broker, or with the queue.
 *
 * @param received events that came into its queue, redriven ones too
 * @param acknowledged events that left its queue otherwise than by getting too old
 * @param link by which this server takes from its queue; another after each loss of the connection to the broker
 * @param told ends of events that the broker was told: success or dead letter. By how much it grew since an earlier
 *     reading of the same link is how many events left the queue by it
 * @param oldestWaiting when the oldest event was accepted that waits in this server; empty if none does
 */
public record FunctionReading(
        FunctionAccount account,
        long received,
        long acknowledged,
        long link,
        long told,
        Optional<Instant> oldestWaiting) {
    /** Where a queue is and no worker of this server: the function could not be created, or is another server's. */
    public static final long NO_WORKER = -1;

    public boolean hasWorker() {
        return link != NO_WORKER;
    }
}
