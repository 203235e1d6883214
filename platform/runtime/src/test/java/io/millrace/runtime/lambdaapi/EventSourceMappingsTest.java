package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EventSourceMappingsTest {
    private static final String MAPPINGS = "/2015-03-31/event-source-mappings";
    private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders-in";
    private static final String UNKNOWN = MAPPINGS + "/00000000-0000-4000-8000-000000000000";
    private static final String NOT_FOUND = "404 ResourceNotFoundException"
            + " {\"Type\":\"User\",\"Message\":\"The resource you requested does not exist.\"}";

    private final Path data;
    private Door door;

    EventSourceMappingsTest(@TempDir Path data) {
        this.data = data;
        this.door = new Door(data).with("orders").publishing("orders", 1);
    }

    @AfterEach
    void close() {
        door.close();
    }

    private Door.Answer create(String members) {
        return door.post(
                MAPPINGS, "{\"EventSourceArn\": \"" + QUEUE + "\", \"FunctionName\": \"orders\"" + members + "}");
    }

    private String created(String members) {
        Door.Answer answer = create(members);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        String path = MAPPINGS + "/" + answer.json().get("UUID").asText();
        await().atMost(Duration.ofSeconds(60)).until(() -> !state(path).equals("Creating"));
        return path;
    }

    private String state(String path) {
        return door.get(path).json().path("State").asText();
    }

    private static String invalid(String message) {
        return "400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"" + message + "\"}";
    }

    @Test
    void a_mapping_is_created_with_the_defaults_of_a_queue() {
        Door.Answer created = create("");

        assertThat(created.status()).isEqualTo(202);
        String uuid = created.json().get("UUID").asText();
        assertThat(uuid).hasSize(36);
        String shown = "{\"UUID\":\"" + uuid + "\",\"BatchSize\":10,\"MaximumBatchingWindowInSeconds\":0,"
                + "\"EventSourceArn\":\"" + QUEUE + "\",\"FunctionArn\":\"" + Door.ARN + "orders\","
                + "\"LastModified\":1.76364E9,\"State\":\"%s\",\"StateTransitionReason\":\"USER_INITIATED\","
                + "\"FunctionResponseTypes\":[],\"EventSourceMappingArn\":"
                + "\"arn:aws:lambda:us-east-1:000000000000:event-source-mapping:" + uuid + "\"}";
        JsonNode body = created.json();
        assertThat(body.get("LastModified").asDouble()).isEqualTo(Door.NOW.toEpochMilli() / 1000.0);
        assertThat(created.body().replaceFirst("\"LastModified\":[^,]*", "\"LastModified\":1.76364E9"))
                .isEqualTo(shown.formatted("Creating"));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(state(MAPPINGS + "/" + uuid)).isEqualTo("Enabled"));
        assertThat(door.pollers.polling).singleElement().satisfies(polled -> assertThat(polled.uuid())
                .isEqualTo(uuid));
    }

    @Test
    void what_a_caller_says_is_kept_over_a_restart_and_polled_again() {
        String path = created(
                """
                , "BatchSize": 500, "MaximumBatchingWindowInSeconds": 7, "ScalingConfig": {"MaximumConcurrency": 3},
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "FilterCriteria": {"Filters": [{"Pattern": "{\\"body\\": {\\"kind\\": [\\"order\\"]}}"}]}
                """);
        JsonNode before = door.get(path).json();

        door.close();
        door = new Door(data);

        assertThat(door.get(path).json()).isEqualTo(before);
        assertThat(before.get("BatchSize").asInt()).isEqualTo(500);
        assertThat(before.get("MaximumBatchingWindowInSeconds").asInt()).isEqualTo(7);
        assertThat(before.at("/ScalingConfig/MaximumConcurrency").asInt()).isEqualTo(3);
        assertThat(before.at("/FunctionResponseTypes/0").asText()).isEqualTo("ReportBatchItemFailures");
        assertThat(before.at("/FilterCriteria/Filters/0/Pattern").asText())
                .isEqualTo("{\"body\": {\"kind\": [\"order\"]}}");
        assertThat(door.pollers.polling).hasSize(1);
    }

    @Test
    void stats_tell_of_each_mapping_beside_the_functions() {
        String path = created("");
        String uuid = path.substring(path.lastIndexOf('/') + 1);
        door.pollers.backlog = OptionalLong.of(7);
        door.pollers.lastResult = Optional.of("OK");

        assertThat(door.get("/_millrace/stats").body())
                .isEqualTo("{\"functions\":{},\"mappings\":{\"" + uuid + "\":{\"function\":\"" + Door.ARN
                        + "orders\",\"source\":\"" + QUEUE + "\",\"state\":\"Enabled\",\"polled\":0,"
                        + "\"filteredOut\":0,\"invoked\":0,\"failedInvoke\":0,\"deleted\":0,"
                        + "\"onFailureDestinationDelivered\":0,\"dropped\":0,\"backlog\":7,"
                        + "\"lastProcessingResult\":\"OK\"}}}");
    }

    @Test
    void one_created_disabled_says_so_at_once_and_is_not_polled_after_a_restart_either() {
        Door.Answer created = create(", \"Enabled\": false");

        assertThat(created.json().get("State").asText()).isEqualTo("Disabled");
        assertThat(door.pollers.polling).isEmpty();
        door.close();
        door = new Door(data);
        assertThat(door.get(MAPPINGS + "/" + created.json().get("UUID").asText())
                        .json())
                .isEqualTo(created.json());
        assertThat(door.pollers.polling).isEmpty();
    }

    @Test
    void an_update_goes_by_its_own_state_and_replaces_what_is_given() {
        String path = created(", \"BatchSize\": 5, \"FunctionResponseTypes\": [\"ReportBatchItemFailures\"]");

        Door.Answer updating =
                door.put(path, "{\"MaximumBatchingWindowInSeconds\": 2, \"FunctionName\": \"orders:1\"}");
        assertThat(updating.status()).isEqualTo(202);
        assertThat(updating.json().get("State").asText()).isEqualTo("Updating");
        assertThat(updating.json().get("BatchSize").asInt()).isEqualTo(5);
        assertThat(updating.json().get("FunctionArn").asText()).isEqualTo(Door.ARN + "orders:1");
        await().atMost(Duration.ofSeconds(60)).until(() -> state(path).equals("Enabled"));

        assertThat(door.put(path, "{\"Enabled\": false}").json().get("State").asText())
                .isEqualTo("Disabling");
        await().atMost(Duration.ofSeconds(60)).until(() -> state(path).equals("Disabled"));
        assertThat(door.pollers.polling).isEmpty();

        assertThat(door.put(path, "{\"FunctionResponseTypes\": []}")
                        .json()
                        .get("State")
                        .asText())
                .isEqualTo("Updating");
        await().atMost(Duration.ofSeconds(60)).until(() -> state(path).equals("Disabled"));

        assertThat(door.put(path, "{\"Enabled\": true}").json().get("State").asText())
                .isEqualTo("Enabling");
        await().atMost(Duration.ofSeconds(60)).until(() -> state(path).equals("Enabled"));
        assertThat(door.get(path).json().get("FunctionResponseTypes")).isEmpty();
        assertThat(door.pollers.polling)
                .singleElement()
                .satisfies(polled -> assertThat(polled.settings().window()).hasSeconds(2));
    }

    @Test
    void a_change_waits_for_the_batches_that_run_and_no_other_change_is_taken_meanwhile() {
        String path = created("");
        Promise<Void> batchEnds = Promise.promise();
        door.pollers.untilStopped = batchEnds;

        assertThat(door.put(path, "{\"BatchSize\": 5}").json().get("State").asText())
                .isEqualTo("Updating");

        assertThat(door.put(path, "{\"BatchSize\": 6}").refusal())
                .isEqualTo("400 ResourceInUseException {\"Type\":\"User\",\"Message\":"
                        + "\"Cannot update the event source mapping because it is in use.\"}");
        assertThat(door.delete(path).refusal())
                .isEqualTo("400 ResourceInUseException {\"Type\":\"User\",\"Message\":"
                        + "\"Cannot delete the event source mapping because it is in use.\"}");
        batchEnds.complete();
        await().atMost(Duration.ofSeconds(60)).until(() -> state(path).equals("Enabled"));
        assertThat(door.get(path).json().get("BatchSize").asInt()).isEqualTo(5);
    }

    @Test
    void a_deleted_one_is_seen_until_its_batches_have_ended_and_does_not_come_back() {
        String path = created("");
        Promise<Void> batchEnds = Promise.promise();
        door.pollers.untilStopped = batchEnds;

        Door.Answer deleting = door.delete(path);

        assertThat(deleting.status()).isEqualTo(202);
        assertThat(deleting.json().get("State").asText()).isEqualTo("Deleting");
        assertThat(state(path)).isEqualTo("Deleting");
        batchEnds.complete();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(door.get(path).refusal()).isEqualTo(NOT_FOUND));
        assertThat(door.delete(path).refusal()).isEqualTo(NOT_FOUND);
        door.close();
        door = new Door(data);
        assertThat(door.get(path).refusal()).isEqualTo(NOT_FOUND);
    }

    @Test
    void it_outlives_its_function() {
        String path = created("");

        assertThat(door.delete("/2015-03-31/functions/orders").status()).isEqualTo(204);

        assertThat(state(path)).isEqualTo("Enabled");
    }

    @ParameterizedTest
    @CsvSource({
        "orders, orders",
        "orders:$LATEST, orders:$LATEST",
        "000000000000:function:orders:$LATEST, orders:$LATEST",
        "arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST, orders",
        "arn:aws:lambda:us-east-1:000000000000:function:orders:1, orders:1"
    })
    void the_function_keeps_its_qualifier_but_for_latest_of_a_full_ARN(String name, String kept) {
        Door.Answer created =
                door.post(MAPPINGS, "{\"EventSourceArn\": \"" + QUEUE + "\", \"FunctionName\": \"" + name + "\"}");

        assertThat(created.json().path("FunctionArn").asText()).isEqualTo(Door.ARN + kept);
    }

    @Test
    void the_same_queue_and_function_are_mapped_once() {
        String path = created("");
        String uuid = path.substring(MAPPINGS.length() + 1);

        assertThat(create("").refusal())
                .isEqualTo("409 ResourceConflictException {\"Type\":\"User\",\"message\":\"An event source mapping"
                        + " with SQS arn (\\\" " + QUEUE + " \\\") and function (\\\" orders \\\") already exists."
                        + " Please update or delete the existing mapping with UUID " + uuid + "\"}");
        assertThat(create(", \"FunctionName\": \"orders:1\"").status()).isEqualTo(202);
    }

    @Test
    void the_list_is_of_a_queue_or_function_and_empty_for_those_that_do_not_exist() {
        door.with("refunds");
        created("");
        created(", \"FunctionName\": \"orders:1\"");
        created(", \"FunctionName\": \"refunds\"");

        assertThat(listed("")).hasSize(3);
        assertThat(listed("?FunctionName=orders")).hasSize(2);
        assertThat(listed("?FunctionName=orders:1")).hasSize(1);
        assertThat(listed("?FunctionName=function:refunds")).hasSize(1);
        assertThat(listed("?EventSourceArn=" + QUEUE)).hasSize(3);
        assertThat(listed("?FunctionName=nobody")).isEmpty();
        assertThat(listed("?EventSourceArn=" + QUEUE + "2")).isEmpty();
        JsonNode page = door.get(MAPPINGS + "?MaxItems=2").json();
        assertThat(page.get("EventSourceMappings")).hasSize(2);
        JsonNode rest = door.get(MAPPINGS + "?MaxItems=2&Marker="
                        + page.get("NextMarker").asText())
                .json();
        assertThat(rest.get("EventSourceMappings")).hasSize(1);
        assertThat(rest.has("NextMarker")).isFalse();
    }

    private JsonNode listed(String query) {
        return door.get(MAPPINGS + query).json().get("EventSourceMappings");
    }

    @Test
    void one_that_does_not_exist_is_not_found() {
        assertThat(door.get(UNKNOWN).refusal()).isEqualTo(NOT_FOUND);
        assertThat(door.put(UNKNOWN, "{}").refusal()).isEqualTo(NOT_FOUND);
        assertThat(door.delete(UNKNOWN).refusal()).isEqualTo(NOT_FOUND);
    }

    @Test
    void members_that_ask_for_what_is_so_anyway_are_taken() {
        assertThat(create(
                                """
                                , "ParallelizationFactor": 1, "BisectBatchOnFunctionError": false, "Tags": {},
                                "MaximumRetryAttempts": -1, "DestinationConfig": {"OnFailure": {}}
                                """)
                        .status())
                .isEqualTo(202);
    }

    @Test
    void an_update_is_refused_as_a_creation_is_and_changes_nothing() {
        String path = created(", \"BatchSize\": 100, \"MaximumBatchingWindowInSeconds\": 1");
        JsonNode before = door.get(path).json();

        assertThat(door.put(path, "{\"MaximumBatchingWindowInSeconds\": 0}").refusal())
                .isEqualTo(invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is"
                        + " greater than 10"));
        assertThat(door.put(path, "{\"FunctionName\": \"nobody\"}").refusal())
                .isEqualTo(invalid("Function does not exist"));
        assertThat(door.put(path, "{\"ParallelizationFactor\": 2}").refusal())
                .isEqualTo(invalid("The member ParallelizationFactor is not supported by Millrace for queues."));
        assertThat(door.get(path).json()).isEqualTo(before);
    }
}
