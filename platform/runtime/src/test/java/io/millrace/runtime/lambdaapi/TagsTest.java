package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class TagsTest {
    private static final String FUNCTIONS = "/2015-03-31/functions";
    private static final String MAPPINGS = "/2015-03-31/event-source-mappings";
    private static final String TAGS = "/2017-03-31/tags/";
    private static final String ORDERS = TAGS + Door.ARN.replace(":", "%3A") + "orders";

    private final Path data;
    private Door door;

    TagsTest(@TempDir Path data) {
        this.data = data;
        this.door = new Door(data).with("orders");
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void tags_are_added_replaced_listed_and_removed_and_the_revision_stays() {
        // Given
        JsonNode before = door.get(FUNCTIONS + "/orders/configuration").json();
        assertThat(door.get(ORDERS).body()).isEqualTo("{\"Tags\":{}}");
        assertThat(door.get(FUNCTIONS + "/orders").json().has("Tags")).isFalse();
        // When
        assertThat(door.post(ORDERS, "{\"Tags\": {\"team\": \"a\", \"cost centre\": \"7\"}}")
                        .status())
                .isEqualTo(204);
        assertThat(door.post(ORDERS, "{\"Tags\": {\"team\": \"b\", \"empty\": \"\"}}")
                        .status())
                .isEqualTo(204);
        // Then
        assertThat(door.get(ORDERS).body())
                .isEqualTo("{\"Tags\":{\"cost centre\":\"7\",\"empty\":\"\",\"team\":\"b\"}}");
        assertThat(door.get(FUNCTIONS + "/orders").json().get("Tags"))
                .isEqualTo(door.get(ORDERS).json().get("Tags"));
        // When
        assertThat(door.delete(ORDERS + "?tagKeys=cost%20centre&tagKeys=team&tagKeys=never")
                        .status())
                .isEqualTo(204);
        // Then
        assertThat(door.get(ORDERS).body()).isEqualTo("{\"Tags\":{\"empty\":\"\"}}");
        assertThat(door.get(FUNCTIONS + "/orders/configuration").json()).isEqualTo(before);
    }

    @Test
    void a_function_is_created_with_its_tags_and_loses_them_with_itself() {
        // Given
        String tagged = Door.creation("tagged").replace("\"Code\"", "\"Tags\": {\"a\": \"1\", \"b\": \"2\"}, \"Code\"");
        // When
        assertThat(door.post(FUNCTIONS, tagged).status()).isEqualTo(201);
        // Then
        assertThat(door.get(FUNCTIONS + "/tagged").json().get("Tags").toString())
                .isEqualTo("{\"a\":\"1\",\"b\":\"2\"}");
        // When
        door.delete(FUNCTIONS + "/tagged");
        door.with("tagged");
        // Then
        assertThat(door.get(FUNCTIONS + "/tagged").json().has("Tags")).isFalse();
    }

    @Test
    void fifty_tags_are_enough() {
        assertThat(door.post(ORDERS, "{\"Tags\": {" + tags(49) + "}}").status()).isEqualTo(204);
        assertThat(door.post(ORDERS, "{\"Tags\": {\"k0\": \"other\", \"k49\": \"v\"}}")
                        .status())
                .isEqualTo(204);

        String refusal = "400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"Number of tags exceeds"
                + " resource tag limit.\"}";
        assertThat(door.post(ORDERS, "{\"Tags\": {\"one more\": \"v\"}}").refusal())
                .isEqualTo(refusal);
        assertThat(door.get(ORDERS).json().get("Tags")).hasSize(50);
        assertThat(door.post(
                                FUNCTIONS,
                                Door.creation("many").replace("\"Code\"", "\"Tags\": {" + tags(51) + "}, \"Code\""))
                        .refusal())
                .isEqualTo(refusal);
        assertThat(door.get(FUNCTIONS + "/many").status()).isEqualTo(404);
    }

    @Test
    void a_mapping_has_tags_from_its_creation_to_its_end_through_changes_and_a_restart() {
        // Given
        String queue = "\"EventSourceArn\": \"arn:aws:sqs:us-east-1:000000000000:orders-in\"";
        String mapping = "{" + queue + ", \"FunctionName\": \"orders\", \"Enabled\": false, \"Tags\": {%s}}";
        JsonNode created = door.post(MAPPINGS, mapping.formatted("\"team\": \"a\", \"cost\": \"7\""))
                .json();
        String uuid = created.get("UUID").asText();
        String tags = TAGS + created.get("EventSourceMappingArn").asText().replace(":", "%3A");
        assertThat(door.get(tags).body()).isEqualTo("{\"Tags\":{\"cost\":\"7\",\"team\":\"a\"}}");
        // When
        assertThat(door.post(tags, "{\"Tags\": {\"team\": \"b\", \"new\": \"\"}}")
                        .status())
                .isEqualTo(204);
        assertThat(door.delete(tags + "?tagKeys=cost&tagKeys=never").status()).isEqualTo(204);
        assertThat(door.put(MAPPINGS + "/" + uuid, "{\"BatchSize\": 5}").status())
                .isEqualTo(202);
        await().atMost(Duration.ofSeconds(60)).until(() -> door.get(MAPPINGS + "/" + uuid)
                .json()
                .get("State")
                .asText()
                .equals("Disabled"));
        door.close();
        door = new Door(data);
        // Then
        assertThat(door.get(tags).body()).isEqualTo("{\"Tags\":{\"new\":\"\",\"team\":\"b\"}}");
        assertThat(door.get(MAPPINGS + "/" + uuid).json().get("LastModified")).isEqualTo(created.get("LastModified"));
        assertThat(door.post(tags, "{\"Tags\": {" + tags(49) + "}}").refusal())
                .contains("Number of tags exceeds resource tag limit.");
        assertThat(door.post(tags, "{\"Tags\": {}}").refusal()).contains("the request cannot be processed");
        // When
        assertThat(door.delete(MAPPINGS + "/" + uuid).status()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(60)).until(() -> door.get(tags).status() == 404);
        assertThat(door.post(MAPPINGS, mapping.formatted(tags(51))).refusal())
                .contains("Number of tags exceeds resource tag limit.");
    }

    private static String tags(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> "\"k" + number + "\": \"v\"")
                .collect(Collectors.joining(", "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            us-east-1:000000000000:function:none     | 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:none"}
            us-east-1:000000000000:function:orders:1 | 400 InvalidParameterValueException {"Type":"User","message":"Tags on function aliases and versions are not supported. Please specify a function ARN."}
            us-east-1:000000000000:function:orders:$LATEST | 400 InvalidParameterValueException {"Type":"User","message":"Tags on function aliases and versions are not supported. Please specify a function ARN."}
            eu-west-1:000000000000:function:orders   | 404 ResourceNotFoundException {"Type":"User","Message":"Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"}
            us-east-1:111111111111:function:orders   | 403 AccessDeniedException {"Message":"User: arn:aws:iam::000000000000:root is not authorized to perform: lambda:
            us-east-1:000000000000:event-source-mapping:0c5ae1e5-79e5-4a5c-8f0b-000000000000 | 404 ResourceNotFoundException {"Type":"User","Message":"The resource you requested does not exist."}
            eu-west-1:000000000000:event-source-mapping:0c5ae1e5-79e5-4a5c-8f0b-000000000000 | 404 ResourceNotFoundException {"Type":"User","Message":"The resource you requested does not exist."}
            us-east-1:000000000000:code-signing-config:csc-00000000000000000 | 400 InvalidParameterValueException {"Type":"User","message":"Tags of the resource arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-00000000000000000 are not supported by Millrace, expected the ARN of a function or of an event source mapping."}
            nowhere                                  | 400 ValidationException {"message":"1 validation error detected: Value 'arn:aws:lambda:nowhere' at 'resource' failed to satisfy constraint: Member must satisfy regular expression pattern:
            """)
    void a_resource_without_tags_is_refused_by_all_three(String resource, String refusal) {
        String path = TAGS + ("arn:aws:lambda:" + resource).replace(":", "%3A").replace("$", "%24");

        assertThat(door.get(path).refusal()).startsWith(refusal);
        assertThat(door.post(path, "{\"Tags\": {\"a\": \"b\"}}").refusal()).startsWith(refusal);
        assertThat(door.delete(path + "?tagKeys=a").refusal()).startsWith(refusal);
    }

    @Test
    void tags_that_say_nothing_are_refused() {
        assertThat(door.post(ORDERS, "{\"Tags\": {}}").refusal())
                .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"An error occurred and"
                        + " the request cannot be processed.\"}");
        assertThat(door.delete(ORDERS).refusal())
                .isEqualTo("400 ValidationException {\"message\":\"1 validation error detected: Value null at 'tagKeys'"
                        + " failed to satisfy constraint: Member must not be null\"}");
        assertThat(door.post(ORDERS, "{\"Tags\": {\"a\": \"<b>\"}}").header("x-amzn-ErrorType"))
                .isEqualTo("ValidationException");
    }
}
