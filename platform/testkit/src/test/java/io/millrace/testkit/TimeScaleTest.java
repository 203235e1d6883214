package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.AsyncInvokeConfig;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TimeScaleTest {
    private static final AsyncInvokeConfig LAMBDA = AsyncInvokeConfig.LAMBDA_DEFAULT;

    @Test
    void a_minute_becomes_ten_milliseconds_and_six_hours_stay() {
        AsyncInvokeConfig scaled = new TimeScale(6_000).apply(LAMBDA);

        assertThat(scaled.retryDelay()).isEqualTo(Duration.ofMillis(10));
        assertThat(scaled.retryDelayMultiplier()).isEqualTo(2.0);
        assertThat(scaled.maximumRetryDelay()).isEqualTo(Duration.ofMillis(600));
        assertThat(scaled.maximumEventAge()).isEqualTo(Duration.ofHours(6));
        assertThat(scaled.maximumRetryAttempts()).isEqualTo(2);
    }

    @Test
    void an_age_that_decides_about_retries_keeps_its_proportion_to_their_delay() {
        AsyncInvokeConfig scaled = new TimeScale(100).apply(LAMBDA.withMaximumEventAge(Duration.ofSeconds(90)));

        assertThat(scaled.retryDelay()).isEqualTo(Duration.ofMillis(600));
        assertThat(scaled.maximumEventAge()).isEqualTo(Duration.ofMillis(900));
    }

    @Test
    void what_was_some_time_stays_some_and_what_was_none_stays_none() {
        AsyncInvokeConfig brief = LAMBDA.withRetryDelay(Duration.ofMillis(5));

        assertThat(new TimeScale(6_000).apply(brief).retryDelay()).isEqualTo(Duration.ofMillis(1));
        assertThat(new TimeScale(6_000)
                        .apply(LAMBDA.withRetryDelay(Duration.ZERO))
                        .retryDelay())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, -1, 1_000_001, Double.NaN})
    void a_factor_that_would_stretch_time_is_refused(double factor) {
        assertThatThrownBy(() -> new TimeScale(factor))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scale is " + factor + ", expected 1 to 1,000,000");
    }
}
