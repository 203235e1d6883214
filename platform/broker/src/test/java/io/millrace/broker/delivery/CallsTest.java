package io.millrace.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.broker.connection.NotSentException;
import io.millrace.broker.envelope.EventMessages;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a caller learns from a call that fails. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class CallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void a_call_that_left_may_have_run_and_one_after_the_connection_was_lost_has_not(@TempDir Path data) {
        try (TestBroker broker = new TestBroker(data)) {
            broker.createQueue("orders");
            Calls calls = new Calls(broker.vertx(), broker.working());
            // Given
            Future<Message> left = calls.call("orders", request("left"), PATIENCE.multipliedBy(5));
            await().atMost(PATIENCE).until(() -> broker.messages("orders") == 1);
            // When
            TestBroker.await(broker.working().close());
            Future<Message> late = calls.call("orders", request("late"), PATIENCE.multipliedBy(5));
            // Then
            await().atMost(PATIENCE).until(() -> left.failed() && late.failed());
            assertThat(left.cause()).isExactlyInstanceOf(BrokerUnavailableException.class);
            assertThat(late.cause()).isExactlyInstanceOf(NotSentException.class);
        }
    }

    private static Message request(String id) {
        return EventMessages.transientMessage(id, new byte[0], Map.of());
    }
}
