package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DemoIT {
    /** What the first test of a build makes for all of them is none of the demo's minute. */
    @BeforeAll
    static void makeSharedClasses() {
        assertThat(Launcher.commandLine()).isNotEmpty();
    }

    @Test
    @Timeout(60)
    void the_demo_accounts_for_all_1707_events_in_under_a_minute_and_says_nothing_on_standard_error() {
        CliProcess demo = CliProcess.run("demo");

        assertThat(demo.exitCode()).as(demo.out() + demo.err()).isZero();
        assertThat(demo.out())
                .contains("1635 succeeded", "72 dead-lettered", "72 of 72 dead letters are redriven")
                .contains("accepted 1707 = waiting 0 + delayed 0 + running 0 + succeeded 1707 + dead-lettered 0");
        assertThat(demo.err()).isEmpty();
    }
}
