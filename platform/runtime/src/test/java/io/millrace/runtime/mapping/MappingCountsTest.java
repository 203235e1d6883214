package io.millrace.runtime.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MappingCountsTest {
    @Test
    void each_count_is_told_under_its_own_name() {
        MappingCounts counts = new MappingCounts();
        counts.polled(2);
        counts.filteredOut(3);
        counts.invoked(5);
        counts.failedInvoke(7);
        counts.done(11);
        counts.givenUp(13, true);
        counts.givenUp(17, false);
        counts.lag(OptionalLong.of(19));

        MappingCounts.Snapshot told = counts.snapshot();

        assertThat(told.polled()).isEqualTo(2);
        assertThat(told.filteredOut()).isEqualTo(3);
        assertThat(told.invoked()).isEqualTo(5);
        assertThat(told.failedInvoke()).isEqualTo(7);
        assertThat(told.done()).isEqualTo(11);
        assertThat(told.onFailureDelivered()).isEqualTo(13);
        assertThat(told.dropped()).isEqualTo(17);
        assertThat(told.lag()).hasValue(19);
        assertThat(told.age()).isEmpty();
    }
}
