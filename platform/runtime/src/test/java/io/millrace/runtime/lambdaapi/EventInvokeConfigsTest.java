package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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
    void a_missing_function_has_its_own_words() {
        assertThat(door.put("/2019-09-25/functions/none/event-invoke-config", "{\"MaximumRetryAttempts\": 0}")
                        .refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"The function doesn't"
                        + " exist.\"}");
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
    void another_function_may_be_a_destination() {
        assertThat(door.put(
                                CONFIG,
                                "{\"DestinationConfig\": {\"OnSuccess\": {\"Destination\":"
                                        + " \"arn:aws:lambda:us-east-1:000000000000:function:other\"}}}")
                        .status())
                .isEqualTo(200);
    }
}
