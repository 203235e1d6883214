package io.millrace.broker.management;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.delivery.TestBroker;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attempts and delay of an address, beside what else was set for it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class RedeliverySettingsTest {
    private static final String ADDRESS = "shop.orders";

    @TempDir
    Path data;

    private static void set(TestBroker broker, String match, String settings) {
        TestBroker.await(broker.management().operation("broker", "addAddressSettings", match, settings));
    }

    private static JsonNode inForce(TestBroker broker, String address) {
        return TestBroker.await(broker.management().policy(address));
    }

    @Test
    void they_are_changed_and_all_else_that_an_address_has_of_its_own_stays() {
        try (TestBroker broker = new TestBroker(data)) {
            // Given
            set(
                    broker,
                    ADDRESS,
                    "{\"deadLetterAddress\": \"lost\", \"expiryAddress\": \"late\", \"redeliveryMultiplier\": 2.5,"
                            + " \"maxRedeliveryDelay\": 9000, \"maxSizeBytes\": 5000000, \"pageSizeBytes\": 100000,"
                            + " \"addressFullMessagePolicy\": \"BLOCK\", \"maxDeliveryAttempts\": 3,"
                            + " \"autoDeleteQueues\": true, \"defaultExclusiveQueue\": true}");
            JsonNode before = inForce(broker, ADDRESS);
            // When
            TestBroker.await(broker.management().setRedelivery(ADDRESS, OptionalLong.of(700), OptionalInt.empty()));
            // Then
            JsonNode after = inForce(broker, ADDRESS);
            assertThat(before.path("deadLetterAddress").asText()).isEqualTo("lost");
            assertThat(after.path("redeliveryDelay").asLong()).isEqualTo(700);
            assertThat(differing(before, after)).containsExactly("redeliveryDelay");
        }
    }

    @Test
    void what_the_address_shares_with_others_goes_on_following_them() {
        try (TestBroker broker = new TestBroker(data)) {
            // Given
            set(broker, "shop.#", "{\"deadLetterAddress\": \"lost\"}");
            TestBroker.await(broker.management().setRedelivery(ADDRESS, OptionalLong.empty(), OptionalInt.of(4)));
            assertThat(inForce(broker, ADDRESS).path("deadLetterAddress").asText())
                    .isEqualTo("lost");
            // When
            set(broker, "shop.#", "{\"deadLetterAddress\": \"found\"}");
            // Then
            assertThat(inForce(broker, ADDRESS).path("deadLetterAddress").asText())
                    .isEqualTo("found");
            assertThat(inForce(broker, ADDRESS).path("maxDeliveryAttempts").asInt())
                    .isEqualTo(4);
        }
    }

    private static Set<String> differing(JsonNode before, JsonNode after) {
        Set<String> names = new TreeSet<>();
        before.fieldNames().forEachRemaining(names::add);
        after.fieldNames().forEachRemaining(names::add);
        names.removeIf(name -> before.path(name).equals(after.path(name)));
        return names;
    }
}
