package io.millrace.runtime.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.stream.Holes.Verdict;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HolesTest {
    private static final SequenceNumber HERE = SequenceNumber.of(1, 7);

    private final Holes holes = new Holes();

    private List<Verdict> met(int times, boolean mustBeThere) {
        return Stream.generate(() -> holes.met(HERE, mustBeThere)).limit(times).toList();
    }

    @Test
    void a_hole_is_looked_at_again_five_times() {
        assertThat(met(5, true)).isEqualTo(Collections.nCopies(5, Verdict.LOOK_AGAIN));
    }

    @Test
    void what_was_confirmed_and_stays_away_is_missing_each_sixth_time() {
        met(5, true);
        assertThat(holes.met(HERE, true)).isEqualTo(Verdict.MISSING);
        assertThat(met(5, true)).isEqualTo(Collections.nCopies(5, Verdict.LOOK_AGAIN));
        assertThat(holes.met(HERE, true)).isEqualTo(Verdict.MISSING);
    }

    @Test
    void where_nothing_was_confirmed_nothing_was_there_from_then_on() {
        met(5, false);
        assertThat(met(3, false)).isEqualTo(Collections.nCopies(3, Verdict.NOTHING_WAS_THERE));
    }

    @Test
    void another_hole_is_looked_at_again_of_its_own() {
        met(5, true);
        assertThat(holes.met(SequenceNumber.of(1, 9), true)).isEqualTo(Verdict.LOOK_AGAIN);
        assertThat(holes.met(HERE, true)).isEqualTo(Verdict.LOOK_AGAIN);
    }
}
