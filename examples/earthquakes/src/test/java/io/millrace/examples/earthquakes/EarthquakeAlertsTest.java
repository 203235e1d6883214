package io.millrace.examples.earthquakes;

import static io.millrace.examples.earthquakes.AlertLevel.HIGH;
import static io.millrace.examples.earthquakes.AlertLevel.IGNORED;
import static io.millrace.examples.earthquakes.AlertLevel.LOW;
import static io.millrace.examples.earthquakes.AlertLevel.MODERATE;
import static io.millrace.examples.earthquakes.AlertLevel.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import io.millrace.examples.earthquakes.demo.EarthquakeEvents;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** Over the whole real file, mapped as Lambda's Java runtime maps it. The counts were taken by another program. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EarthquakeAlertsTest {
    private static final PojoSerializer<Earthquake> EVENTS =
            JacksonFactory.getInstance().getSerializer(Earthquake.class);
    private static final List<Earthquake> WEEK =
            EarthquakeEvents.read().stream().map(EVENTS::fromJson).toList();

    @Test
    void the_first_version_fails_72_of_the_1707_real_events_for_two_reasons() {
        // When
        Map<String, Long> endings = endings(new EarthquakeAlerts());
        // Then
        assertThat(endings)
                .isEqualTo(Map.of(
                        "NONE", 1342L,
                        "LOW", 215L,
                        "MODERATE", 73L,
                        "HIGH", 5L,
                        "NegativeMagnitudeException", 44L,
                        "NotAnEarthquakeException", 28L));
    }

    @Test
    void the_fixed_version_answers_every_real_event() {
        // When
        Map<String, Long> endings = endings(new EarthquakeAlertsFixed());
        // Then
        assertThat(endings).isEqualTo(Map.of("IGNORED", 28L, "NONE", 1386L, "LOW", 215L, "MODERATE", 73L, "HIGH", 5L));
    }

    @Test
    void no_real_event_fails_for_both_reasons_or_lacks_a_magnitude() {
        assertThat(WEEK)
                .hasSize(1707)
                .noneMatch(event -> magnitude(event) < 0
                        && !"earthquake".equals(event.properties().type()));
    }

    @Test
    void the_alerts_of_the_week_are_told_by_region() {
        // When
        Map<String, Long> alerts = WEEK.stream()
                .map(event -> new EarthquakeAlertsFixed().handleRequest(event, new NoContext()))
                .filter(alert -> alert.level().compareTo(MODERATE) >= 0)
                .collect(Collectors.groupingBy(EarthquakeAlert::region, Collectors.counting()));
        // Then
        assertThat(alerts).containsEntry("Taiwan", 20L).doesNotContainKey("Reykjanes Ridge");
    }

    @Test
    void failures_name_the_event_and_the_value() {
        EarthquakeAlerts alerts = new EarthquakeAlerts();
        assertThatThrownBy(() -> alerts.handleRequest(event("nc1", -0.8, "Cobb, CA", "earthquake"), new NoContext()))
                .isInstanceOf(NegativeMagnitudeException.class)
                .hasMessage("magnitude of nc1 is -0.8, expected 0 or more");
        assertThatThrownBy(() -> alerts.handleRequest(event("ci2", 1.6, "Boron, CA", "quarry blast"), new NoContext()))
                .isInstanceOf(NotAnEarthquakeException.class)
                .hasMessage("type of ci2 is 'quarry blast', expected 'earthquake'");
    }

    @Test
    void an_earthquake_without_magnitude_fails_both_versions() {
        Earthquake unknown = EVENTS.fromJson("{\"id\":\"us3\",\"properties\":{\"mag\":null,\"type\":\"earthquake\"}}");
        for (RequestHandler<Earthquake, EarthquakeAlert> version :
                List.of(new EarthquakeAlerts(), new EarthquakeAlertsFixed())) {
            assertThatThrownBy(() -> version.handleRequest(unknown, new NoContext()))
                    .isInstanceOf(MissingMagnitudeException.class)
                    .hasMessage("magnitude of us3 is null, expected a number");
        }
    }

    @Test
    void the_fixed_version_calls_a_negative_magnitude_small_and_ignores_blasts() {
        EarthquakeAlertsFixed alerts = new EarthquakeAlertsFixed();
        assertThat(alerts.handleRequest(event("nc1", -0.8, "Cobb, CA", "earthquake"), new NoContext())
                        .level())
                .isEqualTo(NONE);
        assertThat(alerts.handleRequest(event("ci2", 1.6, "Boron, CA", "quarry blast"), new NoContext())
                        .level())
                .isEqualTo(IGNORED);
    }

    @Test
    void magnitude_bounds_belong_to_the_higher_level_and_open_sea_counts_one_lower() {
        Region town = Region.of("4km W of Castaic, CA");
        Region sea = Region.of("Banda Sea");
        assertThat(List.of(2.49, 2.5, 4.49, 4.5, 5.99, 6.0))
                .extracting(magnitude -> AlertLevel.of(magnitude, town))
                .containsExactly(NONE, LOW, LOW, MODERATE, MODERATE, HIGH);
        assertThat(List.of(-0.5, 2.5, 4.5, 6.0))
                .extracting(magnitude -> AlertLevel.of(magnitude, sea))
                .containsExactly(NONE, NONE, LOW, MODERATE);
    }

    @Test
    void an_event_without_id_is_refused_by_name() {
        assertThatThrownBy(() -> EVENTS.fromJson("{\"properties\":{}}"))
                .hasStackTraceContaining("id of the earthquake event is missing");
    }

    @Test
    void an_alert_is_written_as_plain_json() {
        // Given
        EarthquakeAlert alert = new EarthquakeAlertsFixed()
                .handleRequest(EVENTS.fromJson(EarthquakeEvents.read().get(0)), new NoContext());
        // When
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        JacksonFactory.getInstance().getSerializer(EarthquakeAlert.class).toJson(alert, json);
        // Then
        assertThat(json.toString(StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":\"ci37868143\",\"region\":\"CA\",\"magnitude\":2.0,\"level\":\"NONE\","
                        + "\"coordinates\":[-118.6671667,34.4945,26.49]}");
    }

    private static Map<String, Long> endings(RequestHandler<Earthquake, EarthquakeAlert> version) {
        return WEEK.stream()
                .map(event -> ending(version, event))
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    }

    private static String ending(RequestHandler<Earthquake, EarthquakeAlert> version, Earthquake event) {
        try {
            return version.handleRequest(event, new NoContext()).level().name();
        } catch (NegativeMagnitudeException | NotAnEarthquakeException failure) {
            return failure.getClass().getSimpleName();
        }
    }

    private static double magnitude(Earthquake event) {
        Double magnitude = event.properties().mag();
        assertThat(magnitude).as("magnitude of %s", event.id()).isNotNull();
        return magnitude;
    }

    private static Earthquake event(String id, double magnitude, String place, String type) {
        return new Earthquake(id, new Earthquake.Properties(magnitude, place, type), null);
    }
}
