package io.millrace.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WhereaboutsTest {
    @Test
    void a_key_that_was_in_use_long_ago_is_no_reason_to_wait_now() {
        Instant until = Instant.parse("2026-11-22T12:00:00Z");

        assertThat(Whereabouts.isRecent(until, until.minusSeconds(5))).isTrue();
        assertThat(Whereabouts.isRecent(until, until.plusSeconds(29))).isTrue();
        assertThat(Whereabouts.isRecent(until, until.plusSeconds(30))).isFalse();
    }
}
