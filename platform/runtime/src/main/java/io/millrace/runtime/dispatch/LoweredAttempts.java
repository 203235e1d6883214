package io.millrace.runtime.dispatch;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionArn;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers which qualifiers were once allowed more attempts: an event that waits at the broker for an attempt it no
 * longer has did not lose its worker. Event loop only.
 */
final class LoweredAttempts {
    private final Map<String, Lowered> byQualifier = new HashMap<>();

    private record Lowered(int from, Instant at) {}

    void replaced(AsyncInvokeConfigs before, AsyncInvokeConfigs after, Instant now) {
        byQualifier.keySet().removeIf(qualifier -> !exists(qualifier, after));
        compare(FunctionArn.LATEST, before.latest(), after.latest(), now);
        after.named().forEach((qualifier, config) -> {
            compare(qualifier, before.of(Optional.of(qualifier)), config, now);
        });
    }

    private static boolean exists(String qualifier, AsyncInvokeConfigs configs) {
        return qualifier.equals(FunctionArn.LATEST) || configs.named().containsKey(qualifier);
    }

    private void compare(String qualifier, AsyncInvokeConfig before, AsyncInvokeConfig after, Instant now) {
        if (after.maximumAttempts() < before.maximumAttempts()) {
            byQualifier.merge(
                    qualifier,
                    new Lowered(before.maximumAttempts(), now),
                    (known, added) -> new Lowered(Math.max(known.from(), added.from()), now));
        }
    }

    /** Whether an event had another attempt after so many, until the config of its qualifier was lowered. */
    boolean tookOneFrom(Optional<String> qualifier, int attempts, Optional<Instant> receivedAt) {
        Lowered lowered = byQualifier.get(qualifier.orElse(FunctionArn.LATEST));
        return lowered != null
                && attempts < lowered.from()
                && !receivedAt.filter(lowered.at()::isBefore).isPresent();
    }
}
