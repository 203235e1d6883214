package io.millrace.core.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.concurrency.ShareRequest.Need;
import io.millrace.core.function.FunctionName;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GovernorTest {
    private static final LeaseTerms TERMS = new LeaseTerms(Duration.ofSeconds(10), Duration.ofMillis(1_500), 0.01);
    private static final Pool UNRESERVED = new Pool.Unreserved();
    private static final Pool ORDERS = new Pool.Reserved(new FunctionName("orders"));

    private final Governor governor = new Governor(TERMS, 0);
    private long now;
    private long sequence;

    private Governor governing(int limit) {
        governor.resize(UNRESERVED, limit);
        sleep(11_000);
        return governor;
    }

    private void sleep(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private ShareGrant ask(Governor governor, String worker, int share, int running, int want) {
        ShareRequest request = new ShareRequest(
                worker, "g", ++sequence, sequence - 1, Map.of(UNRESERVED, new Need(share, running, want)));
        return governor.onRequest(now, request).orElseThrow();
    }

    private int share(Governor governor, String worker, int share, int running, int want) {
        return ask(governor, worker, share, running, want).share(UNRESERVED);
    }

    @Test
    void a_pool_is_shared_out_as_others_give_way() {
        governing(10);

        assertThat(share(governor, "a", 0, 0, 20)).isEqualTo(10);
        assertThat(share(governor, "b", 0, 0, 20)).isZero();
        assertThat(share(governor, "a", 10, 10, 20)).isEqualTo(5);
        assertThat(share(governor, "b", 0, 0, 20)).isZero();
        assertThat(share(governor, "a", 5, 8, 20)).isEqualTo(5);
        assertThat(share(governor, "b", 0, 0, 20)).isEqualTo(2);
        assertThat(share(governor, "a", 5, 5, 20)).isEqualTo(5);
        assertThat(share(governor, "b", 2, 2, 20)).isEqualTo(5);
    }

    @Test
    void what_one_does_not_want_the_others_get() {
        governing(10);

        assertThat(share(governor, "a", 0, 0, 2)).isEqualTo(2);
        assertThat(share(governor, "b", 0, 0, 20)).isEqualTo(8);
    }

    @Test
    void the_share_of_a_worker_that_fell_silent_is_granted_again_after_its_lease() {
        governing(4);
        share(governor, "a", 0, 0, 20);

        sleep(10_150);
        assertThat(share(governor, "b", 0, 0, 20)).isZero();
        sleep(100);
        assertThat(share(governor, "b", 0, 0, 20)).isEqualTo(4);
    }

    @Test
    void a_worker_started_anew_does_not_inherit_its_share() {
        governing(4);
        share(governor, "a", 0, 0, 20);

        ShareRequest restarted = new ShareRequest("a", "h", 1, 0, Map.of(UNRESERVED, new Need(0, 0, 20)));

        assertThat(governor.onRequest(now, restarted).orElseThrow().share(UNRESERVED))
                .isZero();
    }

    @Test
    void a_request_that_was_overtaken_is_not_answered() {
        governing(4);
        share(governor, "a", 0, 0, 20);

        assertThat(governor.onRequest(now, new ShareRequest("a", "g", sequence, 0, Map.of())))
                .isEmpty();
    }

    @Test
    void a_new_governor_confirms_what_there_is_and_grants_nothing_for_a_lease() {
        governor.resize(UNRESERVED, 10);

        assertThat(share(governor, "a", 3, 3, 20)).isEqualTo(3);
        assertThat(share(governor, "b", 0, 0, 20)).isZero();
        assertThat(ask(governor, "a", 3, 3, 20).warm()).isEmpty();
        sleep(10_150);
        assertThat(share(governor, "a", 3, 3, 20)).isEqualTo(3);
        sleep(100);
        assertThat(share(governor, "a", 3, 3, 20)).isEqualTo(10);
    }

    @Test
    void pools_are_apart() {
        governing(4);
        governor.resize(ORDERS, 2);
        Map<Pool, Need> needs = Map.of(UNRESERVED, new Need(0, 0, 9), ORDERS, new Need(0, 0, 9));

        ShareGrant grant =
                governor.onRequest(now, new ShareRequest("a", "g", 1, 0, needs)).orElseThrow();
        assertThat(grant.shares()).isEqualTo(Map.of(UNRESERVED, 4, ORDERS, 2));

        governor.remove(ORDERS);
        ShareGrant removed =
                governor.onRequest(now, new ShareRequest("a", "g", 2, 1, needs)).orElseThrow();
        assertThat(removed.shares()).isEqualTo(Map.of(UNRESERVED, 4, ORDERS, 0));
    }

    @Test
    void warm_slots_are_divided_among_the_workers_and_part_of_their_shares() {
        governing(10);
        WarmSlot mails = new WarmSlot(new FunctionName("mails"), "1");
        WarmSlot orders = new WarmSlot(new FunctionName("orders"), "7");
        governor.provision(mails, 5);
        governor.provision(orders, 4);

        share(governor, "a", 0, 0, 1);
        share(governor, "b", 0, 0, 9);
        assertThat(ask(governor, "b", 9, 0, 9).warm()).contains(Map.of(mails, 2, orders, 2));
        // Three and two by right, but it has one permit.
        assertThat(ask(governor, "a", 1, 0, 1).warm().orElseThrow().values().stream()
                        .mapToInt(Integer::intValue)
                        .sum())
                .isEqualTo(1);
        governor.provision(mails, 0);
        assertThat(ask(governor, "b", 9, 0, 9).warm()).contains(Map.of(orders, 2));
    }

    @Test
    void terms_that_leave_no_time_between_two_drifting_clocks_are_refused() {
        assertThatThrownBy(() -> new LeaseTerms(Duration.ofSeconds(10), Duration.ZERO, 0.01))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("margin is PT0S, expected more for clocks that drift by 0.01");
        assertThatThrownBy(() -> new LeaseTerms(Duration.ofSeconds(10), Duration.ofSeconds(10), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("margin is PT10S, expected less than the lease, PT10S");
    }
}
