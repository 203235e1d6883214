package io.millrace.core.function;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How asynchronous invocations of one function are retried and recorded, by the qualifier they were made with; none
 * inherits from another (lambda-semantics 2.3).
 *
 * @param latest of {@code $LATEST}, and of invocations without a qualifier
 * @param named of each version and each alias
 * @param others of invocations whose version or alias does not exist any more
 */
public record AsyncInvokeConfigs(
        AsyncInvokeConfig latest, Map<String, AsyncInvokeConfig> named, AsyncInvokeConfig others) {

    public AsyncInvokeConfigs {
        named = Map.copyOf(named);
    }

    /** The same for every invocation. */
    public static AsyncInvokeConfigs same(AsyncInvokeConfig config) {
        return new AsyncInvokeConfigs(config, Map.of(), config);
    }

    /** @param qualifier as the invocation gave it */
    public AsyncInvokeConfig of(Optional<String> qualifier) {
        return qualifier.isEmpty() || qualifier.get().equals(FunctionArn.LATEST)
                ? latest
                : named.getOrDefault(qualifier.get(), others);
    }

    /** The most attempts and the greatest age of any: what the queue that all share must allow (docs/adr/0008). */
    public AsyncInvokeConfig widest() {
        AsyncInvokeConfig widest = latest;
        for (AsyncInvokeConfig config : named.values()) {
            widest = widest.withMaximumRetryAttempts(
                            Math.max(widest.maximumRetryAttempts(), config.maximumRetryAttempts()))
                    .withMaximumEventAge(longer(widest.maximumEventAge(), config.maximumEventAge()));
        }
        return widest;
    }

    /** Whether events of every qualifier may become equally old. */
    public boolean isOneAge() {
        return named.values().stream()
                .allMatch(config -> config.maximumEventAge().equals(latest.maximumEventAge()));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
