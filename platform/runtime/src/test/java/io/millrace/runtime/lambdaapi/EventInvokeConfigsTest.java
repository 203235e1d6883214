package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EventInvokeConfigsTest {
    private static final String CONFIG = "/2019-09-25/functions/orders/event-invoke-config";
    private static final String NONE = "/2019-09-25/functions/none/event-invoke-config";
    private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:q";

    private final Door door;

    EventInvokeConfigsTest(@TempDir Path data) {
        this.door = new Door(data).with("orders").with("other");
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void a_put_config_is_shown_with_what_was_set_only() {
        Door.Answer put = door.put(CONFIG, "{\"MaximumRetryAttempts\": 0}");

        assertThat(put.status()).isEqualTo(200);
        assertThat(put.body())
                .isEqualTo("{\"LastModified\":1.79517600025E9,\"FunctionArn\":\"arn:aws:lambda:us-east-1:000000000000:"
                        + "function:orders:$LATEST\",\"MaximumRetryAttempts\":0,\"DestinationConfig\":{\"OnSuccess\":{},"
                        + "\"OnFailure\":{}}}");
        assertThat(door.get(CONFIG).body()).isEqualTo(put.body());
    }

    @Test
    void put_replaces_and_post_merges() {
        door.put(
                CONFIG,
                "{\"MaximumRetryAttempts\": 1, \"DestinationConfig\": {\"OnFailure\": {\"Destination\": \"" + QUEUE
                        + "\"}}}");

        Door.Answer merged = door.post(CONFIG, "{\"MaximumEventAgeInSeconds\": 60}");
        Door.Answer cleared = door.post(CONFIG, "{\"DestinationConfig\": {\"OnFailure\": {\"Destination\": \"\"}}}");
        Door.Answer replaced = door.put(CONFIG, "{\"MaximumEventAgeInSeconds\": 90}");

        assertThat(merged.status()).isEqualTo(200);
        assertThat(merged.json().get("MaximumRetryAttempts").asInt()).isEqualTo(1);
        assertThat(merged.json().get("MaximumEventAgeInSeconds").asInt()).isEqualTo(60);
        assertThat(merged.json().at("/DestinationConfig/OnFailure/Destination").asText())
                .isEqualTo(QUEUE);
        assertThat(cleared.json().at("/DestinationConfig/OnFailure")).isEmpty();
        assertThat(cleared.json().get("MaximumRetryAttempts").asInt()).isEqualTo(1);
        assertThat(replaced.json().has("MaximumRetryAttempts")).isFalse();
        assertThat(replaced.json().get("MaximumEventAgeInSeconds").asInt()).isEqualTo(90);
    }

    @Test
    void without_a_config_there_is_nothing_to_show_change_or_delete() {
        String refusal = "404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"The function"
                + " arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST doesn't have an EventInvokeConfig\"}";

        assertThat(door.get(CONFIG).refusal()).isEqualTo(refusal);
        assertThat(door.delete(CONFIG).refusal()).isEqualTo(refusal);
        assertThat(door.post(CONFIG, "{\"MaximumRetryAttempts\": 0}").refusal()).isEqualTo(refusal);
        door.put(CONFIG, "{\"MaximumRetryAttempts\": 0}");
        assertThat(door.delete(CONFIG).status()).isEqualTo(204);
        assertThat(door.get(CONFIG).refusal()).isEqualTo(refusal);
    }

    @Test
    void a_missing_function_version_or_alias_has_its_own_words() {
        String refusal =
                "404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"The function doesn't exist.\"}";
        String body = "{\"MaximumRetryAttempts\": 0}";

        assertThat(door.put(NONE, body).refusal()).isEqualTo(refusal);
        assertThat(door.post(NONE, body).refusal()).isEqualTo(refusal);
        assertThat(door.get(NONE + "/list").refusal()).isEqualTo(refusal);
        assertThat(door.put(CONFIG + "?Qualifier=1", body).refusal()).isEqualTo(refusal);
        assertThat(door.put(CONFIG + "?Qualifier=01", body).refusal()).isEqualTo(refusal);
        assertThat(door.put(CONFIG + "?Qualifier=live", body).refusal()).isEqualTo(refusal);
        assertThat(door.post(CONFIG + "?Qualifier=live", body).refusal()).isEqualTo(refusal);
        assertThat(door.put(NONE, "{}").refusal())
                .isEqualTo(
                        "400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"You must specify at least"
                                + " one of error handling or destination setting.\"}");
    }

    @Test
    void what_has_no_config_is_named_with_the_qualifier_that_was_asked_for() {
        door.publishing("orders", 1);
        door.put(CONFIG, "{\"MaximumRetryAttempts\": 0}");

        assertThat(door.get(NONE).refusal()).isEqualTo(without("none:$LATEST"));
        assertThat(door.delete(NONE).refusal()).isEqualTo(without("none:$LATEST"));
        assertThat(door.get(CONFIG + "?Qualifier=1").refusal()).isEqualTo(without("orders:1"));
        assertThat(door.get(CONFIG + "?Qualifier=gone").refusal()).isEqualTo(without("orders:gone"));
        assertThat(door.delete(CONFIG + "?Qualifier=1").refusal()).isEqualTo(without("orders:1"));
        assertThat(door.post(CONFIG + "?Qualifier=1", "{\"MaximumRetryAttempts\": 0}")
                        .refusal())
                .isEqualTo(without("orders:1"));
    }

    private static String without(String function) {
        return "404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"The function arn:aws:lambda:us-east-1:"
                + "000000000000:function:" + function + " doesn't have an EventInvokeConfig\"}";
    }

    @Test
    void function_version_and_alias_have_one_each_in_whichever_way_they_are_named() {
        withVersionAndAlias();
        door.put(CONFIG, "{\"MaximumRetryAttempts\": 0}");
        door.put(CONFIG + "?Qualifier=1", "{\"MaximumRetryAttempts\": 1}");
        Door.Answer put = door.put(CONFIG.replace("orders", "orders:live"), "{\"MaximumEventAgeInSeconds\": 60}");
        Door.Answer updated = door.post(CONFIG + "?Qualifier=live", "{\"MaximumRetryAttempts\": 2}");

        assertThat(put.json().get("FunctionArn").asText())
                .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:orders:live");
        assertThat(updated.json().get("MaximumEventAgeInSeconds").asInt()).isEqualTo(60);
        assertThat(retries(door.get(CONFIG + "?Qualifier=%24LATEST"))).isZero();
        assertThat(retries(door.get(CONFIG.replace("orders", "orders:1")))).isEqualTo(1);
        assertThat(door.get(CONFIG + "?Qualifier=live").body()).isEqualTo(updated.body());
        assertThat(door.put(CONFIG.replace("orders", "orders:1") + "?Qualifier=live", "{\"MaximumRetryAttempts\": 0}")
                        .refusal())
                .startsWith("400 InvalidParameterValueException")
                .contains("The derived qualifier from the function name does not match the specified qualifier.");
    }

    private void withVersionAndAlias() {
        door.publishing("orders", 1);
        door.post("/2015-03-31/functions/orders/aliases", "{\"Name\": \"live\", \"FunctionVersion\": \"1\"}");
    }

    private static int retries(Door.Answer answer) {
        return answer.json().get("MaximumRetryAttempts").asInt();
    }

    @Test
    void all_are_listed_in_pages() {
        assertThat(door.get(CONFIG + "/list").body()).isEqualTo("{\"FunctionEventInvokeConfigs\":[]}");
        withVersionAndAlias();
        for (String qualifier : List.of("live", "1", "%24LATEST")) {
            door.put(CONFIG + "?Qualifier=" + qualifier, "{\"MaximumRetryAttempts\": 0}");
        }

        Door.Answer all = door.get(CONFIG + "/list");
        Door.Answer first = door.get(CONFIG + "/list?MaxItems=2");
        Door.Answer second = door.get(CONFIG + "/list?MaxItems=2&Marker="
                + first.json().get("NextMarker").asText());

        assertThat(qualifiers(all)).containsExactly("$LATEST", "1", "live");
        assertThat(all.json().has("NextMarker")).isFalse();
        assertThat(all.json().at("/FunctionEventInvokeConfigs/2"))
                .isEqualTo(door.get(CONFIG + "?Qualifier=live").json());
        assertThat(qualifiers(first)).containsExactly("$LATEST", "1");
        assertThat(qualifiers(second)).containsExactly("live");
        assertThat(second.json().has("NextMarker")).isFalse();
    }

    private static List<String> qualifiers(Door.Answer list) {
        return list.json().get("FunctionEventInvokeConfigs").findValuesAsText("FunctionArn").stream()
                .map(arn -> arn.substring(arn.lastIndexOf(':') + 1))
                .toList();
    }

    @Test
    void a_config_ends_with_its_alias_or_version() {
        withVersionAndAlias();
        door.put(CONFIG + "?Qualifier=live", "{\"MaximumRetryAttempts\": 0}");
        door.put(CONFIG + "?Qualifier=1", "{\"MaximumRetryAttempts\": 0}");

        door.delete("/2015-03-31/functions/orders/aliases/live");
        door.post("/2015-03-31/functions/orders/aliases", "{\"Name\": \"live\", \"FunctionVersion\": \"1\"}");
        assertThat(door.get(CONFIG + "?Qualifier=live").status()).isEqualTo(404);
        assertThat(qualifiers(door.get(CONFIG + "/list"))).containsExactly("1");

        door.delete("/2015-03-31/functions/orders/aliases/live");
        door.delete("/2015-03-31/functions/orders?Qualifier=1");
        assertThat(qualifiers(door.get(CONFIG + "/list"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {}                                                    | InvalidParameterValueException {"Type":"User","message":"You must specify at least one of error handling or destination setting."}
            {"MaximumRetryAttempts": 3}                           | ValidationException {"message":"1 validation error detected: Value '3' at 'maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 2"}
            {"MaximumEventAgeInSeconds": 59}                      | ValidationException {"message":"1 validation error detected: Value '59' at 'maximumEventAgeInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 60"}
            {"DestinationConfig": {"OnFailure": {"Destination": "q"}}} | ValidationException {"message":"1 validation error detected: Value 'q' at 'destinationConfig.onFailure.destination' failed to satisfy constraint: Member must satisfy regular expression pattern:
            {"DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:lambda:us-east-1:000000000000:function:orders"}}} | InvalidParameterValueException {"Type":"User","message":"You can't specify the function as a destination for itself."}
            {"DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:lambda:us-east-1:000000000000:function:none"}}} | InvalidParameterValueException {"Type":"User","message":"The destination ARN arn:aws:lambda:us-east-1:000000000000:function:none is invalid."}
            {"DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:iam::000000000000:role/r"}}} | InvalidParameterValueException {"Type":"User","message":"The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:iam::000000000000:role/r), onFailure=null) is invalid."}
            """)
    void a_config_that_cannot_be_is_refused(String body, String refusal) {
        assertThat(door.put(CONFIG, body).refusal()).startsWith("400 " + refusal);
        assertThat(door.get(CONFIG).status()).isEqualTo(404);
    }

    @Test
    void another_function_may_be_a_destination_and_so_may_its_versions_that_exist() {
        door.publishing("other", 1);

        assertThat(door.put(CONFIG, successTo("other")).status()).isEqualTo(200);
        assertThat(door.put(CONFIG, successTo("other:1")).status()).isEqualTo(200);
        assertThat(door.put(CONFIG, successTo("other:2")).refusal())
                .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"The destination ARN"
                        + " arn:aws:lambda:us-east-1:000000000000:function:other:2 is invalid.\"}");
    }

    private static String successTo(String function) {
        return "{\"DestinationConfig\": {\"OnSuccess\": {\"Destination\":"
                + " \"arn:aws:lambda:us-east-1:000000000000:function:" + function + "\"}}}";
    }
}
