package io.millrace.deadletter;

/**
 * How far a job is.
 *
 * @param moved counted at the broker, and what its last steps moved since
 * @param returned of these, how many had come back when it was counted last
 * @param perSecond since this driver began
 */
public record JobProgress(String id, long moved, long planned, long returned, double perSecond) {}
