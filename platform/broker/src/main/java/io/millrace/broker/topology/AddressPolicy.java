package io.millrace.broker.topology;

/**
 * The broker's settings of one address. Times in milliseconds, as the broker has them.
 *
 * @param maximumDeliveryAttempts after so many failed deliveries the broker dead-letters by itself
 * @param maximumExpiryDelay expiry of messages that bring none, and the most that others may bring
 * @param ingressTime whether the broker writes on each message when it came, at the cost of encoding it anew
 */
public record AddressPolicy(
        String address,
        String deadLetterAddress,
        String expiryAddress,
        int maximumDeliveryAttempts,
        long redeliveryDelay,
        double redeliveryMultiplier,
        long maximumRedeliveryDelay,
        long maximumExpiryDelay,
        boolean ingressTime) {}
