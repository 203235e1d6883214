package io.millrace.runtime.kinesisapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReadBudgetTest {
    private final ReadBudget budget = new ReadBudget();

    private List<Long> takeAll() {
        List<Long> shares = new ArrayList<>();
        for (OptionalLong share = budget.take(); share.isPresent(); share = budget.take()) {
            shares.add(share.getAsLong());
        }
        return shares;
    }

    @Test
    void many_reads_share_64_MiB_and_each_can_have_a_record_of_the_largest_size() {
        List<Long> shares = takeAll();

        assertThat(shares).hasSizeGreaterThan(12).allMatch(share -> share > 1 << 20);
        assertThat(shares.get(0)).as("alone: a whole page").isEqualTo(10 << 20);
        assertThat(shares.stream().mapToLong(Long::longValue).sum()).isLessThanOrEqualTo(64 << 20);
        assertThat(budget.take()).isEmpty();
    }

    @Test
    void what_is_given_back_is_there_for_the_next() {
        List<Long> before = takeAll();

        before.forEach(budget::giveBack);

        assertThat(takeAll()).isEqualTo(before);
    }
}
