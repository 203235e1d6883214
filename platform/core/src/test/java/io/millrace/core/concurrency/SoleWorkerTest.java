package io.millrace.core.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.InvocationType;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SoleWorkerTest {
    private static final FunctionName ORDERS = new FunctionName("orders");

    private long now = Long.MIN_VALUE;

    @Test
    void one_node_has_all_of_the_account_and_for_ever() {
        SoleWorker worker = new SoleWorker(new ConcurrencyRules(5, 1, 0, 1_000), () -> now);
        ConcurrencyLedger ledger = worker.ledger();
        ledger.reserve(ORDERS, OptionalInt.of(3));

        now = Long.MAX_VALUE;

        assertThat(ledger.accountLimit()).isEqualTo(5);
        assertThat(ledger.unreservedLimit()).isEqualTo(2);
        assertThat(ledger.free(ORDERS)).isEqualTo(3);
        assertThat(ledger.admit(ORDERS, "$LATEST", InvocationType.EVENT)).isInstanceOf(Permit.class);
    }

    @Test
    void its_account_is_resized_through_its_share() {
        SoleWorker worker = new SoleWorker(new ConcurrencyRules(5, 0, 0, 1_000), () -> now);

        worker.resizeAccount(8);
        assertThat(worker.ledger().accountLimit()).isEqualTo(8);
        now += 1;
        worker.resizeAccount(2);
        assertThat(worker.ledger().accountLimit()).isEqualTo(2);
        worker.resizeAccount(0);
        assertThat(worker.ledger().free(ORDERS)).isZero();
        worker.resizeAccount(3);
        assertThat(worker.ledger().free(ORDERS)).isEqualTo(3);
    }
}
