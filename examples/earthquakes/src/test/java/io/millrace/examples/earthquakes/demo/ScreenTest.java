package io.millrace.examples.earthquakes.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ScreenTest {
    @Test
    void only_a_charset_that_holds_every_glyph_gets_them() {
        assertThat(Screen.of(true, UTF_8)).isEqualTo(new Screen(true, true));
        assertThat(Screen.of(true, US_ASCII)).isEqualTo(new Screen(true, false));
        assertThat(Screen.of(false, ISO_8859_1)).isEqualTo(new Screen(false, false));
    }
}
