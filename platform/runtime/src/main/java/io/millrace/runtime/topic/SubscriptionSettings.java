package io.millrace.runtime.topic;

import java.util.Optional;

/**
 * What can be changed of a subscription.
 *
 * @param raw whether a queue gets the message itself instead of a notification as JSON
 * @param filterPolicy a valid event pattern; empty takes all
 * @param deadLetters ARN of a queue
 */
public record SubscriptionSettings(
        boolean raw, Optional<String> filterPolicy, FilterScope scope, Optional<String> deadLetters) {}
