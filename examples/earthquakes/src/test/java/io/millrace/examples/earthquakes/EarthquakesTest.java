package io.millrace.examples.earthquakes;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.deadletter.Cause;
import io.millrace.deadletter.DeadLetter;
import io.millrace.examples.earthquakes.demo.EarthquakeEvents;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.testkit.MillraceExtension;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole real week through the platform. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class EarthquakesTest {
    private static final String FUNCTION = "earthquake-alerts";

    @RegisterExtension
    final MillraceExtension millrace = MillraceExtension.builder()
            .function(FUNCTION, new EarthquakeAlerts())
            .within(Duration.ofMinutes(2))
            .build();

    @Test
    void the_72_dead_letters_of_the_week_succeed_once_the_fixed_version_is_deployed() {
        // Given
        List<String> week = EarthquakeEvents.read();
        // When
        millrace.publishAll(FUNCTION, week);
        // Then
        assertThat(millrace.awaitQuiet()).containsEntry(FUNCTION, new FunctionAccount(1707, 0, 0, 0, 1635, 72, 0));
        List<DeadLetter> dead = millrace.deadLetters(FUNCTION);
        assertThat(causes(dead))
                .isEqualTo(Map.of(
                        NegativeMagnitudeException.class.getName(), 44L,
                        NotAnEarthquakeException.class.getName(), 28L));
        assertThat(dead).allMatch(letter -> letter.cause().orElseThrow().attempts() == 3);
        assertThat(dead)
                .map(letter -> new String(letter.body(), StandardCharsets.UTF_8))
                .isSubsetOf(week);
        // When
        millrace.deploy(FUNCTION, new EarthquakeAlertsFixed());
        assertThat(millrace.redrive(FUNCTION)).isEqualTo(72);
        // Then
        assertThat(millrace.awaitQuiet()).containsEntry(FUNCTION, new FunctionAccount(1707, 0, 0, 0, 1707, 0, 0));
        assertThat(millrace.deadLetters(FUNCTION)).isEmpty();
    }

    private static Map<String, Long> causes(List<DeadLetter> dead) {
        return dead.stream()
                .map(letter -> letter.cause().map(Cause::errorType).orElseThrow())
                .collect(Collectors.groupingBy(type -> type, Collectors.counting()));
    }
}
