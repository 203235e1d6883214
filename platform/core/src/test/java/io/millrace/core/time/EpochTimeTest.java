package io.millrace.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EpochTimeTest {
    @Test
    void seconds_and_milliseconds_become_a_time_to_the_millisecond() {
        Instant time = Instant.parse("2026-11-20T08:00:00.123Z");

        assertThat(EpochTime.ofSeconds(new BigDecimal("1795161600.1239"))).isEqualTo(time);
        assertThat(EpochTime.ofSeconds(new BigDecimal("1.7951616E9"))).isEqualTo(time.minusMillis(123));
        assertThat(EpochTime.ofMillis(new BigDecimal("1795161600123"))).isEqualTo(time);
        assertThat(EpochTime.ofSeconds(new BigDecimal("-1.5"))).isEqualTo(Instant.ofEpochMilli(-1_500));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1e100000000", "1e-100000000", "0e100000000", "-1e2147483647", "1e20", "9223372036854775808"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_number_that_is_no_time_is_refused_before_anything_is_computed(String number) {
        BigDecimal value = new BigDecimal(number);

        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> EpochTime.ofSeconds(value));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> EpochTime.ofMillis(value));
    }
}
