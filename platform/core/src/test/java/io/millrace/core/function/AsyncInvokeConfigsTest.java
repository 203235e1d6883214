package io.millrace.core.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AsyncInvokeConfigsTest {
    private static final AsyncInvokeConfig DEFAULT = AsyncInvokeConfig.LAMBDA_DEFAULT;
    private static final AsyncInvokeConfig ONCE = DEFAULT.withMaximumRetryAttempts(0);
    private static final AsyncInvokeConfig MINUTE = ONCE.withMaximumEventAge(Duration.ofMinutes(1));

    @Test
    void each_qualifier_has_its_own_and_what_is_gone_has_the_defaults() {
        AsyncInvokeConfigs configs = new AsyncInvokeConfigs(MINUTE, Map.of("live", ONCE), DEFAULT);

        assertThat(configs.of(Optional.empty())).isEqualTo(MINUTE);
        assertThat(configs.of(Optional.of("$LATEST"))).isEqualTo(MINUTE);
        assertThat(configs.of(Optional.of("live"))).isEqualTo(ONCE);
        assertThat(configs.of(Optional.of("gone"))).isEqualTo(DEFAULT);
    }

    @Test
    void the_widest_has_the_most_attempts_and_the_greatest_age_of_those_that_exist() {
        AsyncInvokeConfig long0 = ONCE.withMaximumEventAge(Duration.ofHours(1));
        AsyncInvokeConfig short1 = MINUTE.withMaximumRetryAttempts(1);

        AsyncInvokeConfigs configs = new AsyncInvokeConfigs(MINUTE, Map.of("1", long0, "live", short1), DEFAULT);

        assertThat(configs.widest())
                .isEqualTo(DEFAULT.withMaximumRetryAttempts(1).withMaximumEventAge(Duration.ofHours(1)));
        assertThat(AsyncInvokeConfigs.same(MINUTE).widest()).isEqualTo(MINUTE);
    }

    @Test
    void ages_are_one_where_all_are_equal() {
        assertThat(new AsyncInvokeConfigs(ONCE, Map.of("1", DEFAULT), MINUTE).isOneAge())
                .isTrue();
        assertThat(new AsyncInvokeConfigs(ONCE, Map.of("1", MINUTE), ONCE).isOneAge())
                .isFalse();
    }
}
