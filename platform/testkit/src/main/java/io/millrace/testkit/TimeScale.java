package io.millrace.testkit;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.FunctionDefinition;
import java.time.Duration;

/**
 * Makes retries of production times fit a test. Delays are divided by the factor, and so are maximum ages below an hour,
 * because whether a retry still comes in time is a matter of their proportion; longer ages no test can reach, so they
 * stay, and a slow machine loses no event to them.
 */
record TimeScale(double factor) {
    private static final Duration LONG_AGE = Duration.ofHours(1);
    private static final Duration SHORTEST = Duration.ofMillis(1);

    TimeScale {
        if (!(factor >= 1 && factor <= 1_000_000)) {
            throw new IllegalArgumentException("scale is " + factor + ", expected 1 to 1,000,000");
        }
    }

    FunctionDefinition apply(FunctionDefinition definition) {
        return definition.withAsync(apply(definition.async()));
    }

    AsyncInvokeConfig apply(AsyncInvokeConfig production) {
        Duration age = production.maximumEventAge();
        return production
                .withRetryDelay(shorter(production.retryDelay()))
                .withMaximumRetryDelay(shorter(production.maximumRetryDelay()))
                .withMaximumEventAge(age.compareTo(LONG_AGE) < 0 ? shorter(age) : age);
    }

    private Duration shorter(Duration production) {
        Duration scaled = Duration.ofNanos((long) (production.toMillis() * 1e6 / factor));
        return production.isZero() || scaled.compareTo(SHORTEST) >= 0 ? scaled : SHORTEST;
    }
}
