package io.millrace.deadletter;

import io.millrace.broker.envelope.EventProperties;

/**
 * What tells the messages a job found from those that die later: the broker's own number for what the broker moved, and
 * the worker's note for what a worker wrote. A message has both where it was moved by an undo.
 *
 * @param number the highest the broker had given out when the job began
 * @param diedAt in milliseconds since 1970
 * @param after no message of the job had a number up to this, as an earlier job had taken all; 0 where none had
 */
public record CutOff(long number, long diedAt, long after) {
    static final String ORIGIN = EventProperties.ORIGIN_QUEUE;
    static final String NUMBER = "_AMQ_ORIG_MESSAGE_ID";

    /** In the dead-letter queue: what was there when the job began. */
    String found() {
        return "(" + NUMBER + " IS NULL OR " + NUMBER + " <= " + number + ") AND (" + EventProperties.DIED_AT
                + " IS NULL OR " + EventProperties.DIED_AT + " <= " + diedAt + ")";
    }

    /** In the dead-letter queue: what came back. Where the broker gave it up, also what died there the first time. */
    String returned() {
        return "(" + NUMBER + " > " + number + " OR (" + EventProperties.DIED_AT + " > " + diedAt + " AND "
                + EventProperties.REDRIVES + " > 0))";
    }

    /** In the queue they went to: what came from {@code queue} and is still there. */
    String waiting(DeadLetterQueueName queue) {
        return NUMBER + " > " + after + " AND " + NUMBER + " <= " + number + " AND " + queue.cameFrom();
    }
}
