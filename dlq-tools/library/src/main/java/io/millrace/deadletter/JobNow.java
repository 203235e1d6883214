package io.millrace.deadletter;

/**
 * A job at one instant.
 *
 * @param waiting how many of its messages nobody has taken yet from the queues they went to; after an undo, how many
 *     came back
 * @param driven whether a process drives it now
 */
public record JobNow(JobRecord job, long waiting, boolean driven) {}
