package io.millrace.core.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.ThrottleReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConcurrencyLedgerTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final FunctionName MAILS = new FunctionName("mails");

    private static List<Permit> acquire(ConcurrencyLedger ledger, FunctionName function, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> ledger.tryAcquire(function).orElseThrow())
                .toList();
    }

    private static OptionalInt reserved(int permits) {
        return OptionalInt.of(permits);
    }

    @Test
    void functions_without_reservation_share_what_the_account_has() {
        ConcurrencyLedger ledger = new ConcurrencyLedger(3, 0);
        acquire(ledger, ORDERS, 2);
        acquire(ledger, MAILS, 1);

        assertThat(ledger.tryAcquire(ORDERS)).isEmpty();
        assertThat(ledger.tryAcquire(MAILS)).isEmpty();
        assertThat(ledger.throttleReason(ORDERS)).isEqualTo(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
    }

    @Test
    void a_reservation_is_a_guarantee_and_a_cap() {
        ConcurrencyLedger ledger = new ConcurrencyLedger(10, 0);
        assertThat(ledger.tryReserve(ORDERS, reserved(4))).isTrue();

        acquire(ledger, MAILS, 6);
        assertThat(ledger.tryAcquire(MAILS)).isEmpty();
        acquire(ledger, ORDERS, 4);
        assertThat(ledger.tryAcquire(ORDERS)).isEmpty();
        assertThat(ledger.throttleReason(ORDERS))
                .isEqualTo(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
    }

    @Test
    void a_closed_permit_is_free_again_and_closing_it_twice_frees_one() {
        ConcurrencyLedger ledger = new ConcurrencyLedger(2, 0);
        List<Permit> permits = acquire(ledger, ORDERS, 2);

        permits.get(0).close();
        permits.get(0).close();

        assertThat(ledger.running(ORDERS)).isEqualTo(1);
        assertThat(ledger.free(MAILS)).isEqualTo(1);
    }

    @Test
    void a_reservation_of_zero_switches_a_function_off() {
        ConcurrencyLedger ledger = new ConcurrencyLedger(2, 2);

        assertThat(ledger.tryReserve(ORDERS, reserved(0))).isTrue();

        assertThat(ledger.isOff(ORDERS)).isTrue();
        assertThat(ledger.isOff(MAILS)).isFalse();
        assertThat(ledger.tryAcquire(ORDERS)).isEmpty();
        assertThat(ledger.free(MAILS)).isEqualTo(2);
    }

    @Test
    void reservations_leave_the_minimum_to_the_unreserved() {
        ConcurrencyLedger ledger = new ConcurrencyLedger(1_000, 100);

        assertThat(ledger.tryReserve(ORDERS, reserved(900))).isTrue();
        assertThat(ledger.tryReserve(MAILS, reserved(1))).isFalse();
        assertThat(ledger.unreservedLimit()).isEqualTo(100);
        assertThat(ledger.free(MAILS)).isEqualTo(100);
    }

    @Test
    void a_refused_reservation_changes_nothing() {
        ConcurrencyLedger ledger = new ConcurrencyLedger(10, 2);
        ledger.tryReserve(ORDERS, reserved(3));

        assertThat(ledger.tryReserve(ORDERS, reserved(9))).isFalse();

        assertThat(ledger.free(ORDERS)).isEqualTo(3);
        assertThat(ledger.unreservedLimit()).isEqualTo(7);
    }

    @Test
    void a_reservation_can_be_raised_up_to_what_its_old_one_gives_back() {
        ConcurrencyLedger ledger = new ConcurrencyLedger(10, 2);
        ledger.tryReserve(ORDERS, reserved(6));

        assertThat(ledger.tryReserve(ORDERS, reserved(8))).isTrue();
        assertThat(ledger.unreservedLimit()).isEqualTo(2);
    }

    @Test
    void a_reservation_below_what_runs_starts_nothing_until_enough_have_ended() {
        ConcurrencyLedger ledger = new ConcurrencyLedger(10, 0);
        ledger.tryReserve(ORDERS, reserved(4));
        List<Permit> running = acquire(ledger, ORDERS, 4);

        ledger.tryReserve(ORDERS, reserved(2));

        assertThat(ledger.free(ORDERS)).isZero();
        running.get(0).close();
        running.get(1).close();
        assertThat(ledger.tryAcquire(ORDERS)).isEmpty();
        running.get(2).close();
        assertThat(ledger.tryAcquire(ORDERS)).isPresent();
    }

    @Test
    void running_attempts_change_the_pool_with_their_function() {
        ConcurrencyLedger ledger = new ConcurrencyLedger(10, 0);
        List<Permit> running = acquire(ledger, ORDERS, 4);

        ledger.tryReserve(ORDERS, reserved(5));
        assertThat(ledger.free(MAILS)).isEqualTo(5);
        assertThat(ledger.free(ORDERS)).isEqualTo(1);

        ledger.tryReserve(ORDERS, OptionalInt.empty());
        assertThat(ledger.free(MAILS)).isEqualTo(6);

        running.forEach(Permit::close);
        assertThat(ledger.free(MAILS)).isEqualTo(10);
    }

    @Test
    void a_permit_nobody_holds_cannot_be_released() {
        ConcurrencyLedger ledger = new ConcurrencyLedger(1, 0);

        assertThatThrownBy(() -> ledger.release(ORDERS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a permit of orders was closed that nobody holds");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatever_is_done_in_whatever_order_the_books_balance(long seed) {
        Random random = new Random(seed);
        int account = 20;
        int minimum = 5;
        ConcurrencyLedger ledger = new ConcurrencyLedger(account, minimum);
        List<FunctionName> functions =
                IntStream.range(0, 4).mapToObj(i -> new FunctionName("f" + i)).toList();
        Map<FunctionName, List<Permit>> held = new HashMap<>();
        Map<FunctionName, Integer> reservations = new HashMap<>();
        functions.forEach(function -> held.put(function, new ArrayList<>()));
        for (int step = 0; step < 20_000; step++) {
            FunctionName function = functions.get(random.nextInt(functions.size()));
            List<Permit> permits = held.getOrDefault(function, List.of());
            int action = random.nextInt(10);
            if (action < 5) {
                int free = ledger.free(function);
                Optional<Permit> permit = ledger.tryAcquire(function);
                assertThat(permit.isPresent()).as("free was %d", free).isEqualTo(free > 0);
                permit.ifPresent(permits::add);
            } else if (action < 9) {
                if (!permits.isEmpty()) {
                    permits.remove(random.nextInt(permits.size())).close();
                }
            } else {
                OptionalInt wanted =
                        random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(random.nextInt(account + 1));
                int others = reservations.entrySet().stream()
                        .filter(each -> !each.getKey().equals(function))
                        .mapToInt(Map.Entry::getValue)
                        .sum();
                boolean fits = wanted.orElse(0) == 0 || account - others - wanted.getAsInt() >= minimum;
                assertThat(ledger.tryReserve(function, wanted)).isEqualTo(fits);
                if (fits) {
                    reservations.remove(function);
                    wanted.ifPresent(permitsReserved -> reservations.put(function, permitsReserved));
                }
            }
            requireBalance(ledger, account, held, reservations);
        }
    }

    private static void requireBalance(
            ConcurrencyLedger ledger,
            int account,
            Map<FunctionName, List<Permit>> held,
            Map<FunctionName, Integer> reservations) {
        int reserved =
                reservations.values().stream().mapToInt(Integer::intValue).sum();
        int unreservedRunning = held.entrySet().stream()
                .filter(each -> !reservations.containsKey(each.getKey()))
                .mapToInt(each -> each.getValue().size())
                .sum();
        assertThat(ledger.unreservedLimit()).isEqualTo(account - reserved);
        held.forEach((function, permits) -> {
            assertThat(ledger.running(function)).isEqualTo(permits.size());
            Integer own = reservations.get(function);
            int free = own == null ? account - reserved - unreservedRunning : own - permits.size();
            assertThat(ledger.free(function)).isEqualTo(Math.max(0, free));
            assertThat(ledger.isOff(function)).isEqualTo(own != null && own == 0);
        });
    }
}
