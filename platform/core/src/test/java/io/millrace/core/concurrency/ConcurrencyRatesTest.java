package io.millrace.core.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.InvocationType;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConcurrencyRatesTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final FunctionName MAILS = new FunctionName("mails");

    private long now = Long.MAX_VALUE - 1; // A nano clock may overflow at any time.

    private ConcurrencyLedger account(int limit, int requestsPerSecond, int newEnvironments) {
        return new ConcurrencyLedger(new ConcurrencyRules(limit, 0, requestsPerSecond, newEnvironments), () -> now);
    }

    /** Short attempts, one after the other, until one is refused. */
    private static Run run(ConcurrencyLedger ledger, FunctionName function, String version, InvocationType type) {
        int provisioned = 0;
        for (int ran = 0; ran < 10_000; ran++) {
            Admission admission = ledger.admit(function, version, type);
            if (admission instanceof Refused refused) {
                return new Run(ran, provisioned, refused);
            }
            if (admission instanceof Permit permit) {
                provisioned += permit.isProvisioned() ? 1 : 0;
                permit.close();
            }
        }
        return new Run(10_000, provisioned, null);
    }

    private record Run(int ran, int provisioned, @org.jspecify.annotations.Nullable Refused refused) {}

    /** Attempts that stay, until one is refused. */
    private static int start(ConcurrencyLedger ledger, FunctionName function, String version) {
        int started = 0;
        while (ledger.admit(function, version, InvocationType.EVENT) instanceof Permit) {
            started++;
        }
        return started;
    }

    private void sleep(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void calls_of_functions_without_reservation_are_capped_together() {
        ConcurrencyLedger ledger = account(5, 10, 1_000);

        assertThat(run(ledger, ORDERS, "1", InvocationType.REQUEST_RESPONSE)).isEqualTo(new Run(50, 0, Refused.RATE));
        assertThat(run(ledger, MAILS, "1", InvocationType.REQUEST_RESPONSE)).isEqualTo(new Run(0, 0, Refused.RATE));
        sleep(20);
        assertThat(run(ledger, MAILS, "1", InvocationType.REQUEST_RESPONSE)).isEqualTo(new Run(1, 0, Refused.RATE));
        sleep(60_000);
        assertThat(run(ledger, MAILS, "1", InvocationType.REQUEST_RESPONSE)).isEqualTo(new Run(50, 0, Refused.RATE));
    }

    @Test
    void calls_of_a_reserved_function_are_capped_by_its_reservation() {
        ConcurrencyLedger ledger = account(5, 10, 1_000);
        ledger.reserve(ORDERS, OptionalInt.of(2));

        assertThat(run(ledger, ORDERS, "1", InvocationType.REQUEST_RESPONSE))
                .isEqualTo(new Run(20, 0, Refused.RESERVED_RATE));
        assertThat(run(ledger, MAILS, "1", InvocationType.REQUEST_RESPONSE)).isEqualTo(new Run(30, 0, Refused.RATE));
    }

    @Test
    void events_are_limited_by_concurrency_alone() {
        ConcurrencyLedger ledger = account(1, 1, 1_000);

        assertThat(run(ledger, ORDERS, "1", InvocationType.EVENT)).isEqualTo(new Run(10_000, 0, null));
    }

    @Test
    void calls_faster_than_a_version_is_provisioned_for_spill_over() {
        ConcurrencyLedger ledger = account(5, 10, 1_000);
        ledger.provision(ORDERS, "1", 2);
        ledger.available(ORDERS, "1", 2);

        assertThat(run(ledger, ORDERS, "1", InvocationType.REQUEST_RESPONSE)).isEqualTo(new Run(50, 20, Refused.RATE));
        assertThat(ledger.usage(ORDERS, "1").spillOvers()).isEqualTo(30);
    }

    @Test
    void no_fraction_of_a_request_is_lost_however_often_the_clock_is_looked_at() {
        ConcurrencyLedger ledger = account(1, 7, 1_000);
        run(ledger, ORDERS, "1", InvocationType.REQUEST_RESPONSE);

        int ran = 0;
        for (int tick = 0; tick < 3_000; tick++) {
            now += TimeUnit.SECONDS.toNanos(1) / 300;
            ran += run(ledger, ORDERS, "1", InvocationType.REQUEST_RESPONSE).ran();
        }
        // 3,000 ticks of a third of 10 ms, each short of it by a third of a nanosecond.
        assertThat(ran).isEqualTo(69);
        now += 1_000;
        assertThat(run(ledger, ORDERS, "1", InvocationType.REQUEST_RESPONSE).ran())
                .isEqualTo(1);
    }

    @Test
    void changing_a_limit_to_and_fro_gives_no_requests_away() {
        ConcurrencyLedger ledger = account(10, 10, 1_000);
        ledger.reserve(ORDERS, OptionalInt.of(5));
        run(ledger, ORDERS, "1", InvocationType.REQUEST_RESPONSE);

        ledger.reserve(ORDERS, OptionalInt.of(0));
        ledger.reserve(ORDERS, OptionalInt.of(8));
        ledger.reserve(ORDERS, OptionalInt.empty());
        ledger.reserve(ORDERS, OptionalInt.of(5));

        assertThat(run(ledger, ORDERS, "1", InvocationType.REQUEST_RESPONSE).ran())
                .isZero();
        sleep(100);
        assertThat(run(ledger, ORDERS, "1", InvocationType.REQUEST_RESPONSE).ran())
                .isEqualTo(5);
    }

    @Test
    void a_function_starts_only_so_many_environments_in_ten_seconds() {
        ConcurrencyLedger ledger = account(1_000, 0, 100);

        assertThat(ledger.free(ORDERS)).isEqualTo(100);
        assertThat(start(ledger, ORDERS, "1")).isEqualTo(100);
        assertThat(ledger.admit(ORDERS, "1", InvocationType.EVENT)).isSameAs(Refused.CONCURRENCY);
        assertThat(start(ledger, MAILS, "1")).isEqualTo(100);
        sleep(1_000);
        assertThat(ledger.free(ORDERS)).isEqualTo(10);
        assertThat(start(ledger, ORDERS, "2")).isEqualTo(10);
        sleep(60_000);
        assertThat(start(ledger, ORDERS, "1")).isEqualTo(100);
    }

    @Test
    void a_warm_environment_needs_no_start_until_it_is_retired() {
        ConcurrencyLedger ledger = account(10, 0, 1);
        ledger.reserve(ORDERS, OptionalInt.of(5));

        assertThat(run(ledger, ORDERS, "1", InvocationType.EVENT)).isEqualTo(new Run(10_000, 0, null));
        ledger.environmentsRetired(ORDERS, "1", 1);
        assertThat(run(ledger, ORDERS, "1", InvocationType.EVENT))
                .isEqualTo(new Run(0, 0, Refused.RESERVED_CONCURRENCY));
    }

    @Test
    void an_environment_that_ends_with_its_attempt_is_not_counted_on() {
        ConcurrencyLedger ledger = account(10, 0, 2);
        Permit crashed = (Permit) ledger.admit(ORDERS, "1", InvocationType.EVENT);

        ledger.environmentsRetired(ORDERS, "1", 1);
        crashed.close();

        assertThat(run(ledger, ORDERS, "1", InvocationType.EVENT).ran()).isEqualTo(10_000);
        assertThat(start(ledger, ORDERS, "1")).isEqualTo(1);
    }

    @Test
    void the_limit_that_is_used_up_is_named() {
        ConcurrencyLedger ledger = account(8, 0, 2);
        assertThat(ledger.usedUp(ORDERS)).isEmpty();
        assertThat(start(ledger, ORDERS, "1")).isEqualTo(2);
        assertThat(ledger.usedUp(ORDERS)).contains(UsedUp.NEW_ENVIRONMENTS);
        assertThat(ledger.usedUp(MAILS)).isEmpty();

        sleep(60_000);
        assertThat(start(ledger, ORDERS, "1")).isEqualTo(2);
        sleep(60_000);
        assertThat(start(ledger, ORDERS, "1")).isEqualTo(2);
        sleep(60_000);
        assertThat(start(ledger, ORDERS, "1")).isEqualTo(2);
        assertThat(ledger.usedUp(MAILS)).contains(UsedUp.ACCOUNT);

        ledger.reserve(MAILS, OptionalInt.of(1));
        assertThat(ledger.usedUp(MAILS)).contains(UsedUp.ACCOUNT);
        assertThat(ledger.usedUp(ORDERS)).contains(UsedUp.UNRESERVED);

        ledger.resizeAccount(9);
        assertThat(start(ledger, MAILS, "1")).isEqualTo(1);
        assertThat(ledger.usedUp(MAILS)).contains(UsedUp.RESERVED);
    }
}
