package io.millrace.core.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AsyncInvokeConfigTest {
    private static final AsyncInvokeConfig LAMBDA = AsyncInvokeConfig.LAMBDA_DEFAULT;

    @Test
    void lambda_tries_three_times_after_one_and_two_minutes_within_six_hours() {
        assertThat(LAMBDA.maximumAttempts()).isEqualTo(3);
        assertThat(LAMBDA.retryDelay()).isEqualTo(Duration.ofMinutes(1));
        assertThat(LAMBDA.retryDelayMultiplier()).isEqualTo(2.0);
        assertThat(LAMBDA.maximumEventAge()).isEqualTo(Duration.ofHours(6));
        assertThat(LAMBDA.onSuccess()).isEmpty();
        assertThat(LAMBDA.onFailure()).isEmpty();
    }

    @Test
    void values_out_of_range_are_refused_by_name_value_and_range() {
        assertThatThrownBy(() -> LAMBDA.withMaximumRetryAttempts(-1))
                .hasMessage("maximumRetryAttempts is -1, expected 0 to 10000");
        assertThatThrownBy(() -> LAMBDA.withMaximumRetryAttempts(10_001)).hasMessageContaining("10001");
        assertThatThrownBy(() -> LAMBDA.withRetryDelay(Duration.ofMillis(-1))).hasMessageContaining("retryDelay is");
        assertThatThrownBy(() -> LAMBDA.withMaximumEventAge(Duration.ZERO))
                .hasMessage("maximumEventAge is PT0S, expected PT0.001S to PT168H");
        assertThatThrownBy(() -> LAMBDA.withMaximumRetryDelay(Duration.ofDays(8)))
                .hasMessageContaining("maximumRetryDelay is PT192H");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.99, 10.01, Double.NaN, Double.POSITIVE_INFINITY, -2})
    void a_multiplier_that_would_shorten_or_explode_is_refused(double multiplier) {
        assertThatThrownBy(() -> LAMBDA.withRetryDelayMultiplier(multiplier))
                .hasMessage("retryDelayMultiplier is " + multiplier + ", expected 1 to 10");
    }

    @Test
    void the_ends_of_the_ranges_are_allowed() {
        assertThat(LAMBDA.withMaximumRetryAttempts(0).maximumAttempts()).isEqualTo(1);
        assertThat(LAMBDA.withMaximumRetryAttempts(10_000).maximumAttempts()).isEqualTo(10_001);
        assertThat(LAMBDA.withMaximumEventAge(Duration.ofMillis(1)).maximumEventAge())
                .isEqualTo(Duration.ofMillis(1));
        assertThat(LAMBDA.withRetryDelay(Duration.ZERO).retryDelay()).isZero();
    }

    @Test
    void a_delay_above_the_longest_raises_the_longest() {
        AsyncInvokeConfig slow = LAMBDA.withRetryDelay(Duration.ofHours(2));

        assertThat(slow.maximumRetryDelay()).isEqualTo(Duration.ofHours(2));
        assertThat(LAMBDA.withRetryDelay(Duration.ofSeconds(1)).maximumRetryDelay())
                .isEqualTo(Duration.ofHours(1));
    }
}
