package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AliasesTest {
    private static final String FUNCTION = "/2015-03-31/functions/orders";
    private static final String ALIASES = FUNCTION + "/aliases";

    private final Door door;

    AliasesTest(@TempDir Path data) {
        this.door = new Door(data).with("orders").publishing("orders", 2);
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void an_alias_is_created_shown_changed_and_deleted() {
        JsonNode function = door.get(FUNCTION + "/configuration").json();

        Door.Answer created = door.post(
                ALIASES,
                """
                {"Name": "live", "FunctionVersion": "1", "Description": "d",
                 "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}}}
                """);

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.body())
                .startsWith("{\"AliasArn\":\"" + Door.ARN + "orders:live\",\"Name\":\"live\",\"FunctionVersion\":\"1\","
                        + "\"Description\":\"d\",\"RoutingConfig\":{\"AdditionalVersionWeights\":{\"2\":0.25}},"
                        + "\"RevisionId\":\"");
        assertThat(door.get(ALIASES + "/live").json()).isEqualTo(created.json());

        Door.Answer moved = door.put(ALIASES + "/live", "{\"Description\": \"e\"}");
        assertThat(moved.status()).isEqualTo(200);
        assertThat(moved.json().at("/RoutingConfig/AdditionalVersionWeights/2").asDouble())
                .isEqualTo(0.25);
        assertThat(moved.json().get("RevisionId")).isNotEqualTo(created.json().get("RevisionId"));

        Door.Answer plain = door.put(
                ALIASES + "/live",
                "{\"FunctionVersion\": \"2\", \"RoutingConfig\": {\"AdditionalVersionWeights\": {}}}");
        assertThat(plain.json().get("FunctionVersion").asText()).isEqualTo("2");
        assertThat(plain.json().get("Description").asText()).isEqualTo("e");
        assertThat(plain.json().has("RoutingConfig")).isFalse();

        assertThat(door.get(FUNCTION + "/configuration").json()).isEqualTo(function);
        assertThat(door.delete(ALIASES + "/live").status()).isEqualTo(204);
        assertThat(door.delete(ALIASES + "/live").status()).isEqualTo(204);
        assertThat(door.get(ALIASES + "/live").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Cannot find alias arn: "
                        + Door.ARN + "orders:live\"}");
    }

    @Test
    void aliases_are_listed_by_name_and_by_version() {
        alias("b", "1");
        alias("a", "2");
        alias("c", "$LATEST");

        assertThat(door.get(ALIASES).json().findValuesAsText("Name")).containsExactly("a", "b", "c");
        assertThat(door.get(ALIASES + "?FunctionVersion=1").json().findValuesAsText("Name"))
                .containsExactly("b");
        JsonNode first = door.get(ALIASES + "?MaxItems=2").json();
        assertThat(door.get(ALIASES + "?Marker=" + first.get("NextMarker").asText())
                        .json()
                        .findValuesAsText("Name"))
                .containsExactly("c");
        assertThat(door.get("/2015-03-31/functions/none/aliases").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {"Name": "live", "FunctionVersion": "1"}    | 409 ResourceConflictException {"Type":"User","message":"Alias already exists: arn:aws:lambda:us-east-1:000000000000:function:orders:live"}
            {"Name": "new", "FunctionVersion": "10"}    | 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:orders:10"}
            {"Name": "7", "FunctionVersion": "1"}       | 400 ValidationException {"message":"1 validation error detected: Value '7' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"}
            {"Name": "new", "FunctionVersion": "live"}  | `400 ValidationException {"message":"1 validation error detected: Value 'live' at 'functionVersion' failed to satisfy constraint: Member must satisfy regular expression pattern: (\\\\$LATEST(\\\\.PUBLISHED)?|[0-9]+)"}`
            {"Name": "new"}                             | 400 ValidationException {"message":"1 validation error detected: Value null at 'functionVersion' failed to satisfy constraint: Member must not be null"}
            {"FunctionVersion": "1"}                    | 400 ValidationException {"message":"1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"}
            {"Name": "new", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}}          | 400 InvalidParameterValueException {"Type":"User","message":"Invalid function version 1. Function version 1 is already included in routing configuration."}
            {"Name": "new", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.5, "3": 0.1}}} | 400 InvalidParameterValueException {"Type":"User","message":"Number of items in AdditionalVersionWeights cannot be greater than 1"}
            {"Name": "new", "FunctionVersion": "$LATEST", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}}     | 400 InvalidParameterValueException {"message":"$LATEST is not supported for an alias pointing to more than 1 version"}
            {"Name": "new", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"9": 0.5}}}           | 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:orders:9"}
            {"Name": "new", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 2}}}             | 400 ValidationException {"message":"1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]"}
            {"Name": "new", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"$LATEST": 0.5}}}     | 400 ValidationException {"message":"1 validation error detected: Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+, Member must not be null]"}
            {"Name": "new", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": "x"}}}           | 400 SerializationException {"Message":"STRING_VALUE can not be converted to a Double at 'routingConfig.additionalVersionWeights'"}
            """)
    void an_alias_that_cannot_be_is_refused_and_leaves_nothing(String body, String refusal) {
        alias("live", "2");

        assertThat(door.post(ALIASES, body).refusal()).isEqualTo(refusal);

        assertThat(door.get(ALIASES).json().findValuesAsText("Name")).containsExactly("live");
        assertThat(door.get(ALIASES + "/live").json().get("FunctionVersion").asText())
                .isEqualTo("2");
    }

    @Test
    void a_change_that_cannot_be_is_refused_and_changes_nothing() {
        alias("live", "1");

        assertThat(door.put(ALIASES + "/none", "{}").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Alias not found: " + Door.ARN
                        + "orders:none\"}");
        assertThat(door.put(ALIASES + "/live", "{\"RevisionId\": \"old\", \"FunctionVersion\": \"2\"}")
                        .refusal())
                .startsWith("412 PreconditionFailedException");
        assertThat(door.put(ALIASES + "/live", "{\"FunctionVersion\": \"9\"}").status())
                .isEqualTo(404);
        assertThat(door.put(ALIASES + "/12", "{}").header("x-amzn-ErrorType")).isEqualTo("ValidationException");
        assertThat(door.get(ALIASES + "/live").json().get("FunctionVersion").asText())
                .isEqualTo("1");
    }

    @Test
    void an_invocation_goes_on_with_the_alias_or_version_the_caller_named() {
        alias("live", "2");

        assertThat(door.invoke("orders:live", "{}").status()).isEqualTo(200);
        assertThat(door.invoke("orders:1", "{}").status()).isEqualTo(200);
        assertThat(door.post(FUNCTION + "/invocations?Qualifier=live", "{}", "X-Amz-Invocation-Type", "Event")
                        .status())
                .isEqualTo(202);

        assertThat(door.invoker.called)
                .extracting(invocation -> invocation.arn().toString())
                .containsExactly(Door.ARN + "orders:live", Door.ARN + "orders:1");
        assertThat(door.invoker.published)
                .extracting(invocation -> invocation.arn().toString())
                .containsExactly(Door.ARN + "orders:live");
        assertThat(door.invoke("orders:3", "{}").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Function not found: "
                        + Door.ARN + "orders:3\"}");
        assertThat(door.invoke("orders:dead", "{}").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Function not found: "
                        + Door.ARN + "orders:dead\"}");
    }

    private void alias(String name, String version) {
        Door.Answer answer =
                door.post(ALIASES, "{\"Name\": \"" + name + "\", \"FunctionVersion\": \"" + version + "\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }
}
