package io.millrace.eventsource;

import java.time.Duration;
import java.util.List;

/**
 * A queue that is not the broker's own: each message is settled by itself. Several threads call it. Every method may
 * fail with {@link SourceAwayException}.
 */
public non-sealed interface MessageSource extends EventSource {

    /** Whether messages of one group keep their order; then no other of a group comes while one of it is unsettled. */
    boolean isOrdered();

    /** How long a received message is ours; then it comes again. At least a second. */
    Duration hold();

    /**
     * @param most 1 to 10
     * @param patience after this, what is there, which may be nothing
     */
    List<SourceMessage> receive(int most, Duration patience) throws InterruptedException;

    /** They are done and never come again. Those that could not be deleted come again; that is logged, not thrown. */
    void delete(List<SourceMessage> messages);

    /** They were not tried: they may come again at once. Those that failed are left alone and come again by themselves. */
    void giveBack(List<SourceMessage> messages);
}
