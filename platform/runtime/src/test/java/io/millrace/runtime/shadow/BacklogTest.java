package io.millrace.runtime.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.shadow.Backlog.Place;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BacklogTest {
    private final ShadowBudget budget = new ShadowBudget();
    private final Backlog backlog = new Backlog(budget);

    private Place last = new Place(0, 0);

    private int fill(long bytes) {
        return fill(backlog, bytes);
    }

    private int fill(Backlog backlog, long bytes) {
        int added = 0;
        Optional<Place> place = backlog.tryAdd(bytes);
        while (place.isPresent()) {
            last = place.get();
            added++;
            place = backlog.tryAdd(bytes);
        }
        return added;
    }

    @Test
    void no_more_than_a_thousand_wait_and_one_that_comes_out_makes_room_for_one() {
        assertThat(fill(1)).isEqualTo(Backlog.MOST);
        backlog.seen(new Place(1, 1));
        assertThat(backlog.waiting()).isEqualTo(Backlog.MOST - 1);
        assertThat(fill(1)).isEqualTo(1);
    }

    @Test
    void no_more_than_8_megabytes_wait() {
        assertThat(fill(3L << 20)).isEqualTo(2);
        assertThat(backlog.tryAdd(2L << 20)).isPresent();
        backlog.seen(new Place(1, 3L << 20));
        assertThat(backlog.tryAdd(3L << 20)).isPresent();
    }

    @Test
    void no_more_than_16_megabytes_of_all_functions_wait_and_what_one_no_longer_has_another_may_have() {
        Backlog second = new Backlog(budget);
        Backlog third = new Backlog(budget);
        assertThat(fill(backlog, 1L << 20)).isEqualTo(8);
        assertThat(fill(second, 1L << 20)).isEqualTo(8);
        assertThat(third.tryAdd(1)).isEmpty();
        backlog.seen(new Place(1, 1L << 20));
        backlog.seen(new Place(1, 1L << 20));
        assertThat(fill(third, 1L << 20)).isEqualTo(1);
        second.reset();
        second.seen(new Place(3, 3L << 20));
        assertThat(fill(third, 1L << 20)).isEqualTo(7);
        assertThat(fill(backlog, 1L << 20)).isEqualTo(1);
    }

    @Test
    void what_was_lost_on_the_way_counts_until_one_behind_it_comes_out() {
        fill(1);
        backlog.seen(last);
        assertThat(backlog.waiting()).isZero();
        assertThat(fill(1)).isEqualTo(Backlog.MOST);
    }

    @Test
    void what_never_got_in_takes_no_place() {
        for (int copy = 0; copy < 3 * Backlog.MOST; copy++) {
            backlog.lost(backlog.tryAdd(1).orElseThrow());
        }
        assertThat(backlog.waiting()).isZero();
    }

    @Test
    void what_never_got_in_behind_one_that_waits_takes_no_place_once_that_comes_out() {
        Place waits = backlog.tryAdd(1).orElseThrow();
        backlog.tryAdd(1).ifPresent(backlog::lost);
        Place waitsToo = backlog.tryAdd(1).orElseThrow();
        backlog.tryAdd(1).ifPresent(backlog::lost);
        assertThat(backlog.waiting()).isEqualTo(4);
        backlog.seen(waits);
        assertThat(backlog.waiting()).isEqualTo(2);
        backlog.seen(waitsToo);
        assertThat(backlog.waiting()).isZero();
    }

    @Test
    void a_queue_that_sends_nothing_for_long_though_it_may_is_empty() {
        fill(1);
        long most = Backlog.LONGEST_WAIT.toMillis();
        backlog.full(true, 0);
        backlog.full(false, most); // Something runs.
        backlog.full(true, most);
        backlog.full(true, 2 * most);
        assertThat(backlog.waiting()).isEqualTo(Backlog.MOST);
        backlog.full(true, 2 * most + 1);
        assertThat(backlog.waiting()).isZero();
    }

    @Test
    void a_copy_of_an_earlier_life_makes_no_more_room_than_there_is() {
        backlog.seen(new Place(500, 500L << 20));
        assertThat(fill(1)).isEqualTo(Backlog.MOST);
    }

    @Test
    void what_the_broker_took_with_it_counts_no_longer() {
        fill(1L << 20);
        backlog.reset();
        assertThat(backlog.waiting()).isZero();
        assertThat(fill(1L << 20)).isEqualTo(8);
    }
}
