package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.runtime.registry.FunctionState;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far a change has come, as callers see it (lambda-semantics 6.2). */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StatesTest {
    private static final String FUNCTIONS = "/2015-03-31/functions";
    private static final String ORDERS = FUNCTIONS + "/orders";
    private static final String REFUSED = "409 ResourceConflictException {\"Type\":\"User\",\"message\":\"The operation"
            + " cannot be performed at this time. ";

    private final Door door;

    StatesTest(@TempDir Path data) {
        this.door = new Door(data);
    }

    @AfterEach
    void close() {
        door.close();
    }

    private JsonNode shown(String qualifier) {
        return door.get(ORDERS + "/configuration" + qualifier).json();
    }

    private static String code(String entry) {
        return "{\"ZipFile\": \"" + Door.zip(entry) + "\"}";
    }

    private void assertNothingCanBeDoneIn(String state) {
        String refusal = REFUSED + "The function is currently in the following state: " + state + "\"}";
        assertThat(door.invoke("orders", "{}").refusal()).isEqualTo(refusal);
        assertThat(door.put(ORDERS + "/code", code("Other.class")).refusal()).isEqualTo(refusal);
        assertThat(door.put(ORDERS + "/configuration", "{\"Timeout\": 9}").refusal())
                .isEqualTo(refusal);
        assertThat(door.post(ORDERS + "/versions", "{}").refusal()).isEqualTo(refusal);
    }

    @Test
    void a_function_that_is_being_created_is_shown_and_cannot_be_used() {
        // When
        JsonNode created =
                door.holding().post(FUNCTIONS, Door.creation("orders")).json();
        // Then
        assertThat(created.get("State").asText()).isEqualTo("Pending");
        assertThat(created.get("StateReason").asText()).isEqualTo("The function is being created.");
        assertThat(created.get("StateReasonCode").asText()).isEqualTo("Creating");
        assertThat(created.has("LastUpdateStatus")).isFalse();
        assertThat(shown("")).isEqualTo(created);
        assertNothingCanBeDoneIn("Pending");
        // When
        door.settle("orders", FunctionState.ACTIVE);
        // Then
        assertThat(shown("").get("State").asText()).isEqualTo("Active");
        assertThat(shown("").get("LastUpdateStatus").asText()).isEqualTo("Successful");
        assertThat(shown("").has("StateReason")).isFalse();
        assertThat(shown("").get("RevisionId")).isNotEqualTo(created.get("RevisionId"));
        assertThat(door.invoke("orders", "{}").status()).isEqualTo(200);
    }

    @Test
    void a_function_that_could_not_be_created_says_why_and_can_be_deleted() {
        door.holding().with("orders").settle("orders", FunctionState.failed("no room for its queues"));

        assertThat(shown("").get("State").asText()).isEqualTo("Failed");
        assertThat(shown("").get("StateReason").asText()).isEqualTo("no room for its queues");
        assertThat(shown("").get("StateReasonCode").asText()).isEqualTo("InternalError");
        assertNothingCanBeDoneIn("Failed");
        assertThat(door.delete(ORDERS).status()).isEqualTo(204);
        assertThat(door.with("orders").invoke("orders", "{}").status()).isEqualTo(200);
    }

    @Test
    void an_update_is_under_way_while_invocations_go_on_and_no_other_is_taken() {
        // Given
        JsonNode before = door.with("orders")
                .publishing("orders", 1)
                .holding()
                .get(ORDERS + "/configuration")
                .json();
        // When: it changes nothing, and is an update all the same
        JsonNode updating =
                door.put(ORDERS + "/code", code("com/example/Handler.class")).json();
        // Then
        assertThat(updating.get("State").asText()).isEqualTo("Active");
        assertThat(updating.get("LastUpdateStatus").asText()).isEqualTo("InProgress");
        assertThat(updating.get("LastUpdateStatusReason").asText()).isEqualTo("The function is being created.");
        assertThat(updating.get("LastUpdateStatusReasonCode").asText()).isEqualTo("Creating");
        assertThat(shown("")).isEqualTo(updating);
        assertThat(shown("?Qualifier=1").get("LastUpdateStatus").asText()).isEqualTo("Successful");
        assertThat(door.invoke("orders", "{}").status()).isEqualTo(200);
        assertThat(door.invoke("orders:1", "{}").status()).isEqualTo(200);
        String refusal = REFUSED + "An update is in progress for resource: " + Door.ARN + "orders\"}";
        assertThat(door.put(ORDERS + "/code", code("Other.class")).refusal()).isEqualTo(refusal);
        assertThat(door.put(ORDERS + "/configuration", "{\"Timeout\": 9}").refusal())
                .isEqualTo(refusal);
        assertThat(door.post(ORDERS + "/versions", "{}").refusal()).isEqualTo(refusal);
        // When
        door.settle("orders", FunctionState.ACTIVE);
        // Then
        assertThat(shown("").get("LastUpdateStatus").asText()).isEqualTo("Successful");
        assertThat(Set.of(
                        before.get("RevisionId"),
                        updating.get("RevisionId"),
                        shown("").get("RevisionId")))
                .hasSize(3);
        assertThat(door.put(ORDERS + "/configuration", "{\"Timeout\": 9}").status())
                .isEqualTo(200);
    }

    @Test
    void an_update_that_failed_says_why_and_the_next_one_is_taken() {
        door.with("orders").holding().put(ORDERS + "/configuration", "{\"Timeout\": 9}");
        door.settle("orders", FunctionState.updateFailed("no room"));

        assertThat(shown("").get("State").asText()).isEqualTo("Active");
        assertThat(shown("").get("LastUpdateStatus").asText()).isEqualTo("Failed");
        assertThat(shown("").get("LastUpdateStatusReason").asText()).isEqualTo("no room");
        assertThat(door.invoke("orders", "{}").status()).isEqualTo(200);
        assertThat(door.put(ORDERS + "/configuration", "{\"Timeout\": 9}")
                        .json()
                        .get("LastUpdateStatus")
                        .asText())
                .isEqualTo("Successful");
    }

    @Test
    void a_version_that_is_published_along_is_pending_until_the_update_is_done() {
        // When
        JsonNode version = door.with("orders")
                .publishing("orders", 1)
                .holding()
                .put(ORDERS + "/code", code("Other.class").replace("{", "{\"Publish\": true, "))
                .json();
        // Then
        assertThat(version.get("FunctionArn").asText()).isEqualTo(Door.ARN + "orders:2");
        assertThat(version.get("State").asText()).isEqualTo("Pending");
        assertThat(shown("").get("LastUpdateStatus").asText()).isEqualTo("InProgress");
        assertThat(shown("?Qualifier=1").get("State").asText()).isEqualTo("Active");
        assertThat(door.invoke("orders:2", "{}").refusal())
                .isEqualTo(REFUSED + "The function is currently in the following state: Pending\"}");
        // When
        door.settle("orders", FunctionState.ACTIVE);
        // Then
        assertThat(shown("?Qualifier=2").get("State").asText()).isEqualTo("Active");
        assertThat(door.invoke("orders:2", "{}").status()).isEqualTo(200);
    }
}
