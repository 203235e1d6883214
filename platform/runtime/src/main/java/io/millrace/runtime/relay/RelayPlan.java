package io.millrace.runtime.relay;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What one relay does.
 *
 * @param address the multicast address
 * @param queue one of its queues, which is this relay's alone
 * @param deadLetters where given up messages go; without it they are dropped and logged
 * @param origin message attributes that tell on a dead letter where it comes from
 * @param retention messages expire at the target after this; empty for never
 */
public record RelayPlan(
        String address,
        String queue,
        RelayTarget target,
        Route route,
        RetryPolicy retries,
        Optional<RelayTarget> deadLetters,
        Map<String, String> origin,
        Optional<Duration> retention) {}
