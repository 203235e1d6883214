package io.millrace.broker.topology;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.delivery.TestBroker;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What we derive is what the broker has: its management drops settings it does not know without a word. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class TopologyAtBrokerTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path data;

    private static Stream<AsyncInvokeConfig> configs() {
        AsyncInvokeConfig lambda = AsyncInvokeConfig.LAMBDA_DEFAULT;
        return Stream.of(
                lambda,
                lambda.withMaximumRetryAttempts(0)
                        .withRetryDelay(Duration.ofMillis(1))
                        .withRetryDelayMultiplier(1)
                        .withMaximumEventAge(Duration.ofSeconds(60)),
                lambda.withMaximumRetryAttempts(10_000)
                        .withRetryDelay(Duration.ofDays(7))
                        .withRetryDelayMultiplier(9.75)
                        .withMaximumEventAge(Duration.ofDays(7)));
    }

    @Test
    void every_value_of_a_policy_is_what_the_broker_has_after_it_was_set() throws IOException {
        try (TestBroker broker = new TestBroker(data)) {
            for (AsyncInvokeConfig config : configs().toList()) {
                AddressPolicy policy = Topology.invokePolicy(ORDERS, AsyncInvokeConfigs.same(config));

                TestBroker.await(broker.management().setPolicy(policy));

                assertThat(readBack(broker, policy.address())).isEqualTo(policy);
            }
        }
    }

    private static AddressPolicy readBack(TestBroker broker, String address) throws IOException {
        String text = TestBroker.await(broker.management().operation("broker", "getAddressSettingsAsJSON", address))
                .asText();
        JsonNode settings = JSON.readTree(text);
        return new AddressPolicy(
                address,
                settings.path("deadLetterAddress").asText(),
                settings.path("expiryAddress").asText(),
                settings.path("maxDeliveryAttempts").asInt(),
                settings.path("redeliveryDelay").asLong(),
                settings.path("redeliveryMultiplier").asDouble(),
                settings.path("maxRedeliveryDelay").asLong(),
                settings.path("maxExpiryDelay").asLong(),
                settings.path("enableIngressTimestamp").asBoolean());
    }

    @Test
    void a_policy_carries_the_retries_of_the_function() {
        AddressPolicy policy = Topology.invokePolicy(ORDERS, AsyncInvokeConfigs.same(AsyncInvokeConfig.LAMBDA_DEFAULT));

        assertThat(policy)
                .isEqualTo(new AddressPolicy(
                        "invoke.orders",
                        "dlq.orders",
                        "expired.orders",
                        14,
                        60_000,
                        2.0,
                        3_600_000,
                        21_600_000,
                        false));
    }

    @Test
    void a_policy_allows_what_any_qualifier_allows_and_has_the_time_noted_where_their_ages_differ() throws IOException {
        AsyncInvokeConfig lambda = AsyncInvokeConfig.LAMBDA_DEFAULT;
        AsyncInvokeConfig brief = lambda.withMaximumRetryAttempts(0).withMaximumEventAge(Duration.ofSeconds(60));
        AddressPolicy policy =
                Topology.invokePolicy(ORDERS, new AsyncInvokeConfigs(brief, Map.of("live", lambda), lambda));

        assertThat(policy)
                .isEqualTo(new AddressPolicy(
                        "invoke.orders", "dlq.orders", "expired.orders", 14, 60_000, 2.0, 3_600_000, 21_600_000, true));
        try (TestBroker broker = new TestBroker(data)) {
            TestBroker.await(broker.management().setPolicy(policy));

            assertThat(readBack(broker, policy.address())).isEqualTo(policy);
        }
    }

    @Test
    void only_names_of_functions_are_read_back_from_dead_letter_queues() {
        assertThat(Topology.functionOfDeadLetters("dlq.orders")).contains(ORDERS);
        assertThat(Topology.functionOfDeadLetters("dlq.a.b")).isEmpty();
        assertThat(Topology.functionOfDeadLetters("invoke.orders")).isEmpty();
    }
}
