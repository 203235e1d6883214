package io.millrace.runtime.accounting;

/**
 * What became of the events of one function. While nothing moves, accepted is the sum of the six others.
 *
 * @param accepted events the broker confirmed
 * @param waiting in the queue, ready to run
 * @param delayed in the queue until their next retry is due
 * @param running delivered to a worker and not yet settled
 * @param succeeded whose handler ended well
 * @param deadLettered given up with a cause
 * @param expired that got too old before a worker took them
 */
public record FunctionAccount(
        long accepted, long waiting, long delayed, long running, long succeeded, long deadLettered, long expired) {}
