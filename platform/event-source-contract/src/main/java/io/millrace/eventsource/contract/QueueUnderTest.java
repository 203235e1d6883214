package io.millrace.eventsource.contract;

import io.millrace.eventsource.SourceDescription;
import java.util.List;

/** A queue at the real server, which was empty when it was made. */
public interface QueueUnderTest {

    /**
     * Sends them one after the other, all to one group where the queue is ordered. The server has them when this
     * returns.
     */
    void send(String group, List<String> bodies);

    /** How a mapping names it. */
    SourceDescription describe();

    /** Messages that it has, those that somebody has received and not settled too. */
    int left();
}
