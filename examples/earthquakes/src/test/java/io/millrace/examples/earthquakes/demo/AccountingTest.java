package io.millrace.examples.earthquakes.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AccountingTest {
    @Test
    void when_each_event_is_somewhere_the_sides_are_equal() {
        Accounting before = new Accounting(1707, 0, 0, 0, 1635, 72, 0);
        assertThat(before.balances()).isTrue();
        assertThat(before.equation())
                .isEqualTo("accepted 1707 = waiting 0 + delayed 0 + running 0 + succeeded 1635 + dead-lettered 72"
                        + " + expired 0");
    }

    @Test
    void a_lost_event_is_told_as_missing() {
        Accounting lost = new Accounting(10, 1, 2, 3, 1, 1, 1);
        assertThat(lost.balances()).isFalse();
        assertThat(lost.equation())
                .isEqualTo("accepted 10 != waiting 1 + delayed 2 + running 3 + succeeded 1 + dead-lettered 1"
                        + " + expired 1 (1 missing)");
    }

    @Test
    void a_doubled_event_is_told_as_too_many() {
        assertThat(new Accounting(10, 0, 0, 0, 12, 0, 0).equation()).endsWith("+ expired 0 (2 too many)");
    }

    @Test
    void settled_are_those_that_need_nothing_more() {
        assertThat(new Accounting(28, 1, 2, 4, 6, 7, 8).settled()).isEqualTo(21);
    }
}
