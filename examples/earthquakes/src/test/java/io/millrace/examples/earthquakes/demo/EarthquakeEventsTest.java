package io.millrace.examples.earthquakes.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EarthquakeEventsTest {
    @Test
    void the_week_is_1707_different_json_objects() {
        // When
        List<String> events = EarthquakeEvents.read();
        // Then
        assertThat(events)
                .hasSize(1707)
                .doesNotHaveDuplicates()
                .allMatch(line -> line.startsWith("{\"type\":\"Feature\"") && line.endsWith("}"));
    }
}
