package io.millrace.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.AsyncInvokeConfigs;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LoweredAttemptsTest {
    private static final AsyncInvokeConfig THREE = AsyncInvokeConfig.LAMBDA_DEFAULT;
    private static final AsyncInvokeConfig ONE = THREE.withMaximumRetryAttempts(0);
    private static final Optional<String> LIVE = Optional.of("live");
    private static final Optional<Instant> BEFORE = Optional.of(Instant.ofEpochSecond(10));
    private static final Instant NOW = Instant.ofEpochSecond(20);
    private static final Optional<Instant> AFTER = Optional.of(Instant.ofEpochSecond(30));

    private final LoweredAttempts lowered = new LoweredAttempts();

    private static AsyncInvokeConfigs live(AsyncInvokeConfig config) {
        return new AsyncInvokeConfigs(THREE, Map.of("live", config), THREE);
    }

    @Test
    void what_was_lowered_took_the_attempts_in_between_from_events_that_were_there() {
        lowered.replaced(live(THREE), live(ONE), NOW);

        assertThat(lowered.tookOneFrom(LIVE, 1, BEFORE)).isTrue();
        assertThat(lowered.tookOneFrom(LIVE, 2, BEFORE)).isTrue();
        assertThat(lowered.tookOneFrom(LIVE, 1, Optional.empty())).isTrue();
        assertThat(lowered.tookOneFrom(LIVE, 3, BEFORE)).isFalse();
        assertThat(lowered.tookOneFrom(LIVE, 1, AFTER)).isFalse();
        assertThat(lowered.tookOneFrom(Optional.empty(), 1, BEFORE)).isFalse();
    }

    @Test
    void a_second_lowering_does_not_hide_the_first() {
        AsyncInvokeConfig two = THREE.withMaximumRetryAttempts(1);
        lowered.replaced(live(THREE), live(two), NOW);
        lowered.replaced(live(two), live(ONE), NOW);

        assertThat(lowered.tookOneFrom(LIVE, 2, BEFORE)).isTrue();
    }

    @Test
    void nothing_is_remembered_of_what_was_raised_or_is_gone() {
        lowered.replaced(live(ONE), live(THREE), NOW);
        assertThat(lowered.tookOneFrom(LIVE, 1, BEFORE)).isFalse();

        lowered.replaced(live(THREE), live(ONE), NOW);
        lowered.replaced(live(ONE), AsyncInvokeConfigs.same(THREE), NOW);
        lowered.replaced(AsyncInvokeConfigs.same(THREE), live(THREE), NOW);
        assertThat(lowered.tookOneFrom(LIVE, 1, BEFORE)).isFalse();
    }
}
