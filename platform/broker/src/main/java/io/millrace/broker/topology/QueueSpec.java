package io.millrace.broker.topology;

/**
 * An anycast queue on the address of the same name.
 *
 * @param durable whether its messages survive the broker
 */
public record QueueSpec(String name, boolean durable) {}
