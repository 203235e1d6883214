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
class LedgerSimulationTest {
    private static final int SEEDS = 300;

    @Test
    void whatever_is_done_in_whatever_order_the_ledger_says_what_a_recount_says() {
        long granted = 0;
        long refused = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            LedgerSimulation simulation = new LedgerSimulation(seed, new LedgerArithmetic());
            assertThat(simulation.run()).as("seed %d", seed).isEmpty();
            granted += simulation.granted;
            refused += simulation.refused;
        }
        // Both ways of answering were tried often.
        assertThat(granted).isGreaterThan(SEEDS * 500L);
        assertThat(refused).isGreaterThan(SEEDS * 500L);
    }

    @ParameterizedTest
    @EnumSource
    void the_simulation_notices(LedgerFlaw flaw) {
        Optional<String> noticed = LongStream.range(0, SEEDS)
                .mapToObj(seed -> new LedgerSimulation(seed, flaw.arithmetic()).run())
                .flatMap(Optional::stream)
                .findFirst();

        assertThat(noticed).isPresent();
    }
}
