package io.millrace.core.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.concurrency.Refusal.Reason;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.InvocationType;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConcurrencyLedgerTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final FunctionName MAILS = new FunctionName("mails");
    private static final String LATEST = "$LATEST";

    private long now = -42;

    private ConcurrencyLedger account(int limit, int minimumUnreserved) {
        return new ConcurrencyLedger(new ConcurrencyRules(limit, minimumUnreserved, 0, 1_000_000), () -> now);
    }

    private static List<Permit> acquire(ConcurrencyLedger ledger, FunctionName function, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> (Permit) event(ledger, function))
                .toList();
    }

    private static Admission event(ConcurrencyLedger ledger, FunctionName function) {
        return ledger.admit(function, LATEST, InvocationType.EVENT);
    }

    private static void provisioned(ConcurrencyLedger ledger, FunctionName function, String version, int count) {
        assertThat(ledger.provision(function, version, count)).isEmpty();
        ledger.available(function, version, count);
    }

    private static OptionalInt reserved(int permits) {
        return OptionalInt.of(permits);
    }

    @Test
    void functions_without_reservation_share_what_the_account_has() {
        ConcurrencyLedger ledger = account(3, 0);
        acquire(ledger, ORDERS, 2);
        acquire(ledger, MAILS, 1);

        assertThat(event(ledger, ORDERS)).isSameAs(Refused.CONCURRENCY);
        assertThat(event(ledger, MAILS)).isSameAs(Refused.CONCURRENCY);
    }

    @Test
    void a_reservation_is_a_guarantee_and_a_cap() {
        ConcurrencyLedger ledger = account(10, 0);
        assertThat(ledger.reserve(ORDERS, reserved(4))).isEmpty();

        acquire(ledger, MAILS, 6);
        assertThat(event(ledger, MAILS)).isSameAs(Refused.CONCURRENCY);
        acquire(ledger, ORDERS, 4);
        assertThat(event(ledger, ORDERS)).isSameAs(Refused.RESERVED_CONCURRENCY);
    }

    @Test
    void a_closed_permit_is_free_again_and_closing_it_twice_frees_one() {
        ConcurrencyLedger ledger = account(2, 0);
        List<Permit> permits = acquire(ledger, ORDERS, 2);

        permits.get(0).close();
        permits.get(0).close();

        assertThat(ledger.running(ORDERS)).isEqualTo(1);
        assertThat(ledger.free(MAILS)).isEqualTo(1);
    }

    @Test
    void a_reservation_of_zero_switches_a_function_off() {
        ConcurrencyLedger ledger = account(2, 2);

        assertThat(ledger.reserve(ORDERS, reserved(0))).isEmpty();

        assertThat(ledger.isOff(ORDERS)).isTrue();
        assertThat(ledger.isOff(MAILS)).isFalse();
        assertThat(event(ledger, ORDERS)).isSameAs(Refused.RESERVED_CONCURRENCY);
        assertThat(ledger.free(MAILS)).isEqualTo(2);
    }

    @Test
    void reservations_leave_the_minimum_to_the_unreserved() {
        ConcurrencyLedger ledger = account(1_000, 100);

        assertThat(ledger.reserve(ORDERS, reserved(900))).isEmpty();
        assertThat(ledger.reserve(MAILS, reserved(1))).contains(new Refusal(Reason.RESERVATION_BREAKS_MINIMUM, 100));
        assertThat(ledger.unreservedLimit()).isEqualTo(100);
        assertThat(ledger.free(MAILS)).isEqualTo(100);
    }

    @Test
    void a_refused_reservation_changes_nothing() {
        ConcurrencyLedger ledger = account(10, 2);
        ledger.reserve(ORDERS, reserved(3));

        assertThat(ledger.reserve(ORDERS, reserved(9))).isPresent();

        assertThat(ledger.free(ORDERS)).isEqualTo(3);
        assertThat(ledger.unreservedLimit()).isEqualTo(7);
    }

    @Test
    void a_reservation_can_be_raised_up_to_what_its_old_one_gives_back() {
        ConcurrencyLedger ledger = account(10, 2);
        ledger.reserve(ORDERS, reserved(6));

        assertThat(ledger.reserve(ORDERS, reserved(8))).isEmpty();
        assertThat(ledger.unreservedLimit()).isEqualTo(2);
    }

    @Test
    void a_reservation_can_be_lowered_even_where_the_account_has_shrunk_below_its_minimum() {
        ConcurrencyLedger ledger = account(10, 2);
        ledger.reserve(ORDERS, reserved(8));
        ledger.resizeAccount(6);

        assertThat(ledger.reserve(ORDERS, reserved(7))).isEmpty();
        assertThat(ledger.reserve(ORDERS, reserved(8))).isPresent();
    }

    @Test
    void a_reservation_below_what_runs_starts_nothing_until_enough_have_ended() {
        ConcurrencyLedger ledger = account(10, 0);
        ledger.reserve(ORDERS, reserved(4));
        List<Permit> running = acquire(ledger, ORDERS, 4);

        ledger.reserve(ORDERS, reserved(2));

        assertThat(ledger.free(ORDERS)).isZero();
        running.get(0).close();
        running.get(1).close();
        assertThat(event(ledger, ORDERS)).isInstanceOf(Refused.class);
        running.get(2).close();
        assertThat(event(ledger, ORDERS)).isInstanceOf(Permit.class);
    }

    @Test
    void running_attempts_change_the_pool_with_their_function() {
        ConcurrencyLedger ledger = account(10, 0);
        List<Permit> running = acquire(ledger, ORDERS, 4);

        ledger.reserve(ORDERS, reserved(5));
        assertThat(ledger.free(MAILS)).isEqualTo(5);
        assertThat(ledger.free(ORDERS)).isEqualTo(1);

        ledger.reserve(ORDERS, OptionalInt.empty());
        assertThat(ledger.free(MAILS)).isEqualTo(6);

        running.forEach(Permit::close);
        assertThat(ledger.free(MAILS)).isEqualTo(10);
    }

    @Test
    void a_reservation_of_permits_that_others_use_starts_as_those_end() {
        ConcurrencyLedger ledger = account(4, 0);
        List<Permit> others = acquire(ledger, MAILS, 4);

        ledger.reserve(ORDERS, reserved(2));

        assertThat(event(ledger, ORDERS)).isSameAs(Refused.CONCURRENCY);
        others.get(0).close();
        assertThat(event(ledger, MAILS)).isSameAs(Refused.CONCURRENCY);
        assertThat(event(ledger, ORDERS)).isInstanceOf(Permit.class);
    }

    @Test
    void an_account_that_shrinks_lets_run_what_runs_and_starts_nothing_above_its_new_limit() {
        ConcurrencyLedger ledger = account(4, 0);
        ledger.reserve(ORDERS, reserved(3));
        List<Permit> running = acquire(ledger, ORDERS, 3);

        ledger.resizeAccount(2);

        assertThat(ledger.accountLimit()).isEqualTo(2);
        assertThat(ledger.unreservedLimit()).isZero();
        running.get(0).close();
        assertThat(event(ledger, ORDERS)).isSameAs(Refused.CONCURRENCY);
        running.get(1).close();
        assertThat(event(ledger, ORDERS)).isInstanceOf(Permit.class);
    }

    @Test
    void a_provisioned_environment_of_the_version_comes_first_and_the_rest_spills_over() {
        ConcurrencyLedger ledger = account(3, 0);
        provisioned(ledger, ORDERS, "1", 1);

        Permit first = (Permit) ledger.admit(ORDERS, "1", InvocationType.EVENT);
        Permit second = (Permit) ledger.admit(ORDERS, "1", InvocationType.EVENT);
        Permit latest = (Permit) event(ledger, ORDERS);

        assertThat(first.isProvisioned()).isTrue();
        assertThat(first.version()).isEqualTo("1");
        assertThat(second.isProvisioned()).isFalse();
        assertThat(latest.isProvisioned()).isFalse();
        assertThat(ledger.usage(ORDERS, "1")).isEqualTo(new Usage(1, 1, 1, 1));
        assertThat(ledger.usage(ORDERS, "1").utilisation()).isEqualTo(1);
        assertThat(ledger.free(ORDERS)).isZero();
        first.close();
        assertThat(ledger.free(ORDERS)).isEqualTo(1);
        assertThat(event(ledger, ORDERS)).isSameAs(Refused.CONCURRENCY);
        assertThat(ledger.admit(ORDERS, "1", InvocationType.EVENT)).isInstanceOf(Permit.class);
    }

    @Test
    void environments_that_are_not_initialised_yet_are_not_granted() {
        ConcurrencyLedger ledger = account(3, 0);
        ledger.provision(ORDERS, "1", 2);

        assertThat(ledger.free(ORDERS)).isEqualTo(1);
        assertThat(((Permit) ledger.admit(ORDERS, "1", InvocationType.EVENT)).isProvisioned())
                .isFalse();

        ledger.available(ORDERS, "1", 1);
        assertThat(ledger.free(ORDERS)).isEqualTo(1);
        assertThat(((Permit) ledger.admit(ORDERS, "1", InvocationType.EVENT)).isProvisioned())
                .isTrue();
    }

    @Test
    void where_all_of_the_reservation_is_provisioned_every_other_version_is_throttled() {
        ConcurrencyLedger ledger = account(10, 0);
        ledger.reserve(ORDERS, reserved(2));
        provisioned(ledger, ORDERS, "1", 2);

        assertThat(event(ledger, ORDERS)).isSameAs(Refused.RESERVED_CONCURRENCY);
        assertThat(ledger.free(ORDERS)).isEqualTo(2);
        assertThat(ledger.unreservedLimit()).isEqualTo(8);
    }

    @Test
    void without_reservation_provisioned_concurrency_is_taken_from_the_unreserved() {
        ConcurrencyLedger ledger = account(10, 0);
        provisioned(ledger, ORDERS, "1", 4);

        assertThat(ledger.unreservedLimit()).isEqualTo(6);
        assertThat(ledger.free(MAILS)).isEqualTo(6);
        assertThat(ledger.free(ORDERS)).isEqualTo(10);

        ledger.reserve(ORDERS, reserved(5));
        assertThat(ledger.unreservedLimit()).isEqualTo(5);
    }

    @Test
    void what_runs_in_a_provisioned_environment_that_is_given_up_moves_to_the_pool() {
        ConcurrencyLedger ledger = account(10, 0);
        provisioned(ledger, ORDERS, "1", 3);
        List<Permit> running = IntStream.range(0, 3)
                .mapToObj(i -> (Permit) ledger.admit(ORDERS, "1", InvocationType.EVENT))
                .toList();

        provisioned(ledger, ORDERS, "1", 1);
        assertThat(ledger.unreservedLimit()).isEqualTo(9);
        assertThat(ledger.free(MAILS)).isEqualTo(7);
        assertThat(ledger.usage(ORDERS, "1").inUse()).isEqualTo(1);

        running.get(0).close();
        running.get(1).close();
        assertThat(ledger.free(MAILS)).isEqualTo(9);
        assertThat(ledger.free(ORDERS)).isEqualTo(9);
        running.get(2).close();
        assertThat(ledger.free(ORDERS)).isEqualTo(10);
    }

    @Test
    void each_refusal_says_its_reason_and_number() {
        ConcurrencyLedger ledger = account(10, 2);
        provisioned(ledger, ORDERS, "1", 3);

        assertThat(ledger.reserve(ORDERS, reserved(2))).contains(new Refusal(Reason.RESERVATION_BELOW_PROVISIONED, 3));
        assertThat(ledger.provision(MAILS, "1", 8)).contains(new Refusal(Reason.PROVISIONED_ABOVE_UNRESERVED, 7));
        assertThat(ledger.provision(MAILS, "1", 6)).contains(new Refusal(Reason.PROVISIONED_BREAKS_MINIMUM, 2));
        ledger.reserve(ORDERS, reserved(4));
        assertThat(ledger.provision(ORDERS, "2", 2)).contains(new Refusal(Reason.PROVISIONED_ABOVE_RESERVATION, 4));
        assertThat(ledger.provision(ORDERS, "2", 1)).isEmpty();
    }

    @Test
    void provisioned_concurrency_can_be_raised_up_to_what_its_old_one_gives_back() {
        ConcurrencyLedger ledger = account(10, 2);
        provisioned(ledger, ORDERS, "1", 6);

        assertThat(ledger.provision(ORDERS, "1", 8)).isEmpty();
        assertThat(ledger.provision(ORDERS, "1", 9)).contains(new Refusal(Reason.PROVISIONED_BREAKS_MINIMUM, 2));
    }

    @Test
    void permits_of_a_deleted_function_stay_valid_and_come_back_to_the_unreserved() {
        ConcurrencyLedger ledger = account(10, 0);
        ledger.reserve(ORDERS, reserved(4));
        provisioned(ledger, ORDERS, "1", 1);
        Permit provisioned = (Permit) ledger.admit(ORDERS, "1", InvocationType.EVENT);
        Permit onDemand = (Permit) event(ledger, ORDERS);

        ledger.forget(ORDERS);

        assertThat(ledger.unreservedLimit()).isEqualTo(10);
        assertThat(ledger.running(ORDERS)).isZero();
        assertThat(ledger.free(MAILS)).isEqualTo(8);
        provisioned.close();
        onDemand.close();
        assertThat(ledger.free(MAILS)).isEqualTo(10);
    }

    @Test
    void permits_of_a_deleted_version_stay_valid_and_come_back_to_the_function() {
        ConcurrencyLedger ledger = account(10, 0);
        ledger.reserve(ORDERS, reserved(4));
        provisioned(ledger, ORDERS, "1", 2);
        Permit running = (Permit) ledger.admit(ORDERS, "1", InvocationType.EVENT);

        ledger.forget(ORDERS, "1");

        assertThat(ledger.usage(ORDERS, "1")).isEqualTo(Usage.NONE);
        assertThat(ledger.running(ORDERS)).isEqualTo(1);
        assertThat(ledger.free(ORDERS)).isEqualTo(3);
        running.close();
        assertThat(ledger.free(ORDERS)).isEqualTo(4);
    }

    @Test
    void threads_that_admit_and_close_at_once_never_exceed_the_limit_and_leave_nothing_behind() {
        ConcurrencyLedger ledger = account(3, 0);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger granted = new AtomicInteger();

        IntStream.range(0, 200_000).parallel().forEach(i -> {
            if (event(ledger, i % 2 == 0 ? ORDERS : MAILS) instanceof Permit permit) {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                granted.incrementAndGet();
                running.decrementAndGet();
                permit.close();
                permit.close();
            }
        });

        assertThat(granted.get()).isPositive();
        assertThat(most.get()).isBetween(1, 3);
        assertThat(ledger.running(ORDERS) + ledger.running(MAILS)).isZero();
        assertThat(ledger.free(ORDERS)).isEqualTo(3);
    }

    @Test
    void a_dry_run_takes_no_permit() {
        ConcurrencyLedger ledger = account(1, 0);

        assertThatThrownBy(() -> ledger.admit(ORDERS, LATEST, InvocationType.DRY_RUN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("invocation type is DryRun, expected one that runs the function");
    }

    @Test
    void rules_that_contradict_each_other_are_refused() {
        assertThatThrownBy(() -> new ConcurrencyRules(10, 11, 10, 1_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("minimumUnreserved is 11, expected 0 to 10");
    }
}
