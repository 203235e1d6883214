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
class LayersTest {
    private static final String LAYERS = "/2018-10-31/layers";
    private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:layer:";
    private static final String FUNCTIONS = "/2015-03-31/functions";

    private final Door door;

    LayersTest(@TempDir Path data) {
        this.door = new Door(data);
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void a_published_layer_is_shown_and_can_be_fetched() {
        Door.Answer published = door.post(
                LAYERS + "/tools/versions",
                """
                {"Description": "d", "LicenseInfo": "MIT", "CompatibleRuntimes": ["java17", "ruby3.2"],
                 "CompatibleArchitectures": ["x86_64"], "Content": {"ZipFile": "%s"}}
                """
                        .formatted(Door.zip("bin/tool")));

        assertThat(published.status()).isEqualTo(201);
        JsonNode layer = published.json();
        assertThat(layer.get("LayerArn").asText()).isEqualTo(ARN + "tools");
        assertThat(layer.get("LayerVersionArn").asText()).isEqualTo(ARN + "tools:1");
        assertThat(layer.get("Version").isInt()).isTrue();
        assertThat(layer.get("Version").asInt()).isEqualTo(1);
        assertThat(layer.get("Description").asText()).isEqualTo("d");
        assertThat(layer.get("LicenseInfo").asText()).isEqualTo("MIT");
        assertThat(layer.get("CreatedDate").asText()).isEqualTo("2026-11-20T12:00:00.250+0000");
        assertThat(layer.get("CompatibleRuntimes")).hasSize(2);
        assertThat(layer.at("/Content/CodeSha256").asText()).hasSize(44);
        assertThat(door.get(LAYERS + "/tools/versions/1").json()).isEqualTo(layer);
        assertThat(door.get(LAYERS + "/" + ARN + "tools/versions/1").json()).isEqualTo(layer);
        assertThat(door.get(LAYERS + "?find=LayerVersion&Arn=" + ARN + "tools:1")
                        .json())
                .isEqualTo(layer);
        String location = layer.at("/Content/Location").asText();
        assertThat(door.get(location.substring(location.indexOf("/_millrace"))).header("Content-Length"))
                .isEqualTo(layer.at("/Content/CodeSize").asText());
    }

    @Test
    void layers_are_listed_by_name_and_versions_newest_first() {
        publish("b", "python3.12");
        publish("b", "java17");
        publish("a", "java17");

        JsonNode layers = door.get(LAYERS).json().get("Layers");
        assertThat(layers.findValuesAsText("LayerName")).containsExactly("a", "b");
        assertThat(layers.findValuesAsText("LayerVersionArn")).containsExactly(ARN + "a:1", ARN + "b:2");
        assertThat(layers.get(0).get("LatestMatchingVersion").has("Content")).isFalse();
        assertThat(door.get(LAYERS + "?CompatibleRuntime=python3.12").json().findValuesAsText("LayerVersionArn"))
                .containsExactly(ARN + "b:1");
        assertThat(door.get(LAYERS + "?CompatibleArchitecture=arm64").json().get("Layers"))
                .isEmpty();
        assertThat(door.get(LAYERS + "/b/versions").json().findValuesAsText("Version"))
                .containsExactly("2", "1");
        JsonNode first = door.get(LAYERS + "/b/versions?MaxItems=1").json();
        assertThat(door.get(LAYERS + "/b/versions?MaxItems=1&Marker="
                                + first.get("NextMarker").asText())
                        .json()
                        .findValuesAsText("Version"))
                .containsExactly("1");
        assertThat(door.get(LAYERS + "/none/versions").body()).isEqualTo("{\"LayerVersions\":[]}");
        assertThat(door.get(LAYERS + "?MaxItems=51").header("x-amzn-ErrorType")).isEqualTo("ValidationException");
    }

    @Test
    void a_deleted_version_is_gone_but_for_the_functions_that_use_it() {
        publish("tools", "java17");
        create("orders", ARN + "tools:1");

        assertThat(door.delete(LAYERS + "/tools/versions/1").status()).isEqualTo(204);
        assertThat(door.delete(LAYERS + "/tools/versions/1").status()).isEqualTo(204);
        assertThat(door.delete(LAYERS + "/none/versions/1").status()).isEqualTo(204);

        assertThat(door.get(LAYERS + "/tools/versions/1").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"The resource you requested"
                        + " does not exist.\"}");
        assertThat(door.get(LAYERS).json().get("Layers")).isEmpty();
        JsonNode shown = door.get(FUNCTIONS + "/orders/configuration").json();
        assertThat(shown.at("/Layers/0/Arn").asText()).isEqualTo(ARN + "tools:1");
        assertThat(shown.at("/Layers/0/CodeSize").asInt()).isPositive();
        assertThat(door.put(FUNCTIONS + "/orders/configuration", "{\"Timeout\": 9}")
                        .status())
                .isEqualTo(200);
        assertThat(publish("tools", "java17").get("Version").asInt()).isEqualTo(2);
    }

    @Test
    void layers_are_set_replaced_and_taken_away() {
        publish("one", "java17");
        publish("two", "java17");
        create("orders", ARN + "two:1\", \"" + ARN + "one:1");
        String configuration = FUNCTIONS + "/orders/configuration";

        assertThat(door.get(configuration).json().findValuesAsText("Arn"))
                .containsExactly(ARN + "two:1", ARN + "one:1");
        assertThat(door.put(configuration, "{\"Layers\": [\"" + ARN + "one:1\"]}")
                        .json()
                        .findValuesAsText("Arn"))
                .containsExactly(ARN + "one:1");
        assertThat(door.put(configuration, "{\"Description\": \"d\"}").json().has("Layers"))
                .isTrue();
        assertThat(door.put(configuration, "{\"Layers\": []}").json().has("Layers"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            one:1,one:2                         | Two different versions of the same layer are not allowed to be referenced in the same function. arn:aws:lambda:us-east-1:000000000000:layer:one:1 and arn:aws:lambda:us-east-1:000000000000:layer:one:2 are versions of the same layer.
            one:1,one:1                         | Two different versions of the same layer are not allowed to be referenced in the same function. arn:aws:lambda:us-east-1:000000000000:layer:one:1 and arn:aws:lambda:us-east-1:000000000000:layer:one:1 are versions of the same layer.
            one:3                               | Layer version arn:aws:lambda:us-east-1:000000000000:layer:one:3 does not exist.
            a:1,b:1,c:1,d:1,e:1,f:1             | Cannot reference more than 5 layers.
            """)
    void layers_that_cannot_be_together_are_refused(String layers, String message) {
        publish("one", "java17");
        publish("one", "java17");
        door.with("orders");
        String arns = "\"" + ARN + layers.replace(",", "\",\"" + ARN) + "\"";

        Door.Answer updated = door.put(FUNCTIONS + "/orders/configuration", "{\"Layers\": [" + arns + "]}");
        Door.Answer created =
                door.post(FUNCTIONS, Door.creation("new").replace("\"Code\"", "\"Layers\": [" + arns + "], \"Code\""));

        String refusal = "400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"" + message + "\"}";
        assertThat(updated.refusal()).isEqualTo(refusal);
        assertThat(created.refusal()).isEqualTo(refusal);
        assertThat(door.get(FUNCTIONS + "/new").status()).isEqualTo(404);
    }

    @Test
    void layers_of_others_are_refused() {
        door.with("orders");

        assertThat(door.put(
                                FUNCTIONS + "/orders/configuration",
                                "{\"Layers\": [\"arn:aws:lambda:eu-west-1:000000000000:layer:a:1\"]}")
                        .refusal())
                .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"Layers are not in the"
                        + " same region as the function. Layers are expected to be in region us-east-1.\"}");
        assertThat(door.put(
                                FUNCTIONS + "/orders/configuration",
                                "{\"Layers\": [\"arn:aws:lambda:us-east-1:123456789012:layer:a:1\"]}")
                        .refusal())
                .startsWith("403 AccessDeniedException {\"Message\":\"User: ")
                .contains("is not authorized to perform: lambda:GetLayerVersion on resource:"
                        + " arn:aws:lambda:us-east-1:123456789012:layer:a:1 because no resource-based policy allows");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            tools/versions/0                  | 400 InvalidParameterValueException {"Type":"User","message":"Layer Version Cannot be less than 1"}
            tools/versions/-1                 | 400 InvalidParameterValueException {"Type":"User","message":"Layer Version Cannot be less than 1"}
            tools/versions/7                  | 404 ResourceNotFoundException {"Type":"User","Message":"The resource you requested does not exist."}
            tools/versions/99999999999        | 404 ResourceNotFoundException {"Type":"User","Message":"The resource you requested does not exist."}
            to%20ols/versions/1               | 400 ValidationException {"message":"1 validation error detected: Value 'to ols' at 'layerName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:
            ?find=LayerVersion&Arn=nonsense   | 400 ValidationException {"message":"1 validation error detected: Value 'nonsense' at 'arn' failed to satisfy constraint: Member must satisfy regular expression pattern: ((arn:
            ?CompatibleRuntime=cobol          | 400 ValidationException {"message":"1 validation error detected: Value 'cobol' at 'compatibleRuntime' failed to satisfy constraint: Member must satisfy enum value set: [nodejs,
            """)
    void what_is_not_there_or_malformed_is_refused(String path, String refusal) {
        publish("tools", "java17");

        assertThat(door.get(LAYERS + (path.startsWith("?") ? path : "/" + path)).refusal())
                .startsWith(refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            {}                                                                      | 400 ValidationException {"message":"1 validation error detected: Value null at 'content' failed to satisfy constraint: Member must not be null"}
            {"Content": {"ZipFile": "AAAA"}}                                        | 400 InvalidParameterValueException {"Type":"User","message":"Could not unzip uploaded file. Please check your file, then try to upload again."}
            {"Content": {"S3Bucket": "any", "S3Key": "k"}}                            | 400 InvalidParameterValueException {"Type":"User","message":"Code in S3 cannot be read: the setting code.s3 is empty
            {"Content": {"ZipFile": ""}, "CompatibleRuntimes": ["cobol"]}           | 400 ValidationException {"message":"1 validation error detected: Value '[cobol]' at 'compatibleRuntimes' failed to satisfy constraint:
            {"Content": {"ZipFile": ""}, "CompatibleArchitectures": ["z80"]}        | 400 ValidationException {"message":"1 validation error detected: Value '[z80]' at 'compatibleArchitectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"}
            """)
    void a_layer_that_cannot_be_is_refused_and_takes_no_number(String body, String refusal) {
        assertThat(door.post(LAYERS + "/tools/versions", body).refusal()).startsWith(refusal);

        assertThat(door.get(LAYERS).json().get("Layers")).isEmpty();
        assertThat(publish("tools", "java17").get("Version").asInt()).isEqualTo(1);
    }

    private JsonNode publish(String layer, String runtime) {
        Door.Answer answer = door.post(
                LAYERS + "/" + layer + "/versions",
                "{\"CompatibleRuntimes\": [\"" + runtime + "\"], \"Content\": {\"ZipFile\": \""
                        + Door.zip("bin/" + layer) + "\"}}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.json();
    }

    private void create(String function, String layers) {
        Door.Answer created = door.post(
                FUNCTIONS,
                Door.creation(function)
                        .replace(
                                "\"Code\"",
                                "\"Layers\": [\"" + layers
                                        + "\"], \"EphemeralStorage\": {\"Size\": 1024}, \"Architectures\": [\"arm64\"],"
                                        + " \"Code\""));
        assertThat(created.status()).as(created.body()).isEqualTo(201);
        assertThat(created.json().at("/EphemeralStorage/Size").asInt()).isEqualTo(1024);
        assertThat(created.json().at("/Architectures/0").asText()).isEqualTo("arm64");
    }
}
