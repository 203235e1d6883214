package io.millrace.core.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GovernorSimulationTest {
    private static final int SEEDS = 1_000;

    @Test
    void whatever_fails_no_more_run_than_the_limit_and_in_peace_all_of_it_is_shared_out() {
        long started = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            GovernorSimulation simulation = new GovernorSimulation(seed, new LeaseRules(GovernorSimulation.TERMS));
            assertThat(simulation.run()).as("seed %d", seed).isEmpty();
            started += simulation.started;
        }
        assertThat(started).isGreaterThan(SEEDS * 500L);
    }

    @ParameterizedTest
    @EnumSource
    void the_simulation_notices(LeaseFlaw flaw) {
        Optional<String> noticed = LongStream.range(0, SEEDS)
                .mapToObj(seed -> new GovernorSimulation(seed, flaw.rules(GovernorSimulation.TERMS)).run())
                .flatMap(Optional::stream)
                .findFirst();

        assertThat(noticed).isPresent();
    }
}
