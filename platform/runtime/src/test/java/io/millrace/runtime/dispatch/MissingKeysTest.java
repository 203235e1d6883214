package io.millrace.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.FunctionName;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MissingKeysTest {
    private static final FunctionName ORDERS = new FunctionName("orders");

    @Test
    void missing_keys_are_told_once_a_minute_for_each_function() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);
        MissingKeys missing = new MissingKeys(nanos::get);

        assertThat(missing.isToBeTold(ORDERS)).isTrue();
        assertThat(missing.isToBeTold(ORDERS)).isFalse();
        assertThat(missing.isToBeTold(new FunctionName("payments"))).isTrue();

        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(missing.isToBeTold(ORDERS)).isFalse();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(missing.isToBeTold(ORDERS)).isTrue();
        assertThat(missing.isToBeTold(ORDERS)).isFalse();
    }
}
