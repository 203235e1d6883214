package io.millrace.deadletter.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerUnavailableException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PurgeCommandTest {
    @Test
    void what_is_only_told_is_not_counted_for_json_and_keeps_nobody_from_purging() {
        assertThat(PurgeCommand.toTell(false, () -> 5)).isEqualTo(5);
        assertThat(PurgeCommand.toTell(true, () -> {
                    throw new AssertionError("a browse for nothing");
                }))
                .isZero();
        assertThat(PurgeCommand.toTell(false, () -> {
                    throw new BrokerUnavailableException("gone");
                }))
                .isZero();
    }
}
