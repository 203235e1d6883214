package io.millrace.runtime.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PolicyMarkTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final FunctionName BILLS = new FunctionName("bills");
    private static final AsyncInvokeConfigs LAMBDA = AsyncInvokeConfigs.same(AsyncInvokeConfig.LAMBDA_DEFAULT);
    private static final AsyncInvokeConfigs BRIEF =
            AsyncInvokeConfigs.same(AsyncInvokeConfig.LAMBDA_DEFAULT.withMaximumEventAge(Duration.ofMinutes(1)));

    @TempDir
    private Path data;

    private Path file;
    private PolicyMark mark;

    @BeforeEach
    void set() {
        file = data.resolve("policies");
        mark = new PolicyMark(file);
        mark.set("a", Map.of(ORDERS, LAMBDA, BILLS, LAMBDA));
    }

    @Test
    void it_holds_for_the_same_policies_of_the_same_broker_also_in_the_next_process() {
        assertThat(mark.holds("a", Map.of(BILLS, LAMBDA, ORDERS, LAMBDA))).isTrue();
        assertThat(new PolicyMark(file).holds("a", Map.of(BILLS, LAMBDA, ORDERS, LAMBDA)))
                .isTrue();
    }

    @Test
    void it_does_not_hold_before_it_was_set() {
        assertThat(new PolicyMark(data.resolve("none")).holds("a", Map.of())).isFalse();
    }

    @Test
    void it_does_not_hold_for_another_broker_another_policy_or_other_functions() {
        assertThat(mark.holds("b", Map.of(ORDERS, LAMBDA, BILLS, LAMBDA))).isFalse();
        assertThat(mark.holds("a", Map.of(ORDERS, LAMBDA, BILLS, BRIEF))).isFalse();
        assertThat(mark.holds("a", Map.of(ORDERS, LAMBDA))).isFalse();
        assertThat(mark.holds("a", Map.of())).isFalse();
    }

    @Test
    void once_erased_it_holds_again_only_when_it_is_set_again() {
        mark.erase();

        assertThat(mark.holds("a", Map.of(ORDERS, LAMBDA, BILLS, LAMBDA))).isFalse();
        assertThat(new PolicyMark(file).holds("a", Map.of(ORDERS, LAMBDA, BILLS, LAMBDA)))
                .isFalse();

        mark.set("a", Map.of(ORDERS, BRIEF));
        assertThat(mark.holds("a", Map.of(ORDERS, BRIEF))).isTrue();
        mark.erase();
        assertThat(mark.holds("a", Map.of(ORDERS, BRIEF))).isFalse();
    }

    @Test
    void what_was_written_by_somebody_else_does_not_count() throws IOException {
        Files.write(file, new byte[] {(byte) 0xff, 0, 1});

        assertThat(mark.holds("a", Map.of(ORDERS, LAMBDA, BILLS, LAMBDA))).isFalse();
    }
}
