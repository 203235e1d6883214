package io.millrace.deadletter;

/**
 * An edit before it is done.
 *
 * @param after as whoever looks at the target will see it
 * @param target the queue it goes to
 */
public record EditPlan(DeadLetter before, DeadLetter after, String target) {}
