package io.millrace.examples.earthquakes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RegionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4km W of Castaic, CA                | CA        | true",
                "21km SSE of Progreso, B.C., MX      | MX        | true",
                "Banda Sea                           | Banda Sea | false",
                "'  8km W of Cobb ,  California '    | California| true",
                "'12km N of nowhere, '               | unknown   | true",
                "','                                 | unknown   | true",
                "''                                  | unknown   | true",
                "'   '                               | unknown   | true",
            })
    void the_region_is_the_text_after_the_last_comma(String place, String name, boolean inhabited) {
        assertThat(Region.of(place)).isEqualTo(new Region(name, inhabited));
    }

    @Test
    void an_event_without_place_is_somewhere_people_may_live() {
        assertThat(Region.of(null)).isEqualTo(new Region("unknown", true));
    }
}
