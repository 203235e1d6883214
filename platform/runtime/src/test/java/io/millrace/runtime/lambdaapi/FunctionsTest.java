package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FunctionsTest {
    private static final String FUNCTIONS = "/2015-03-31/functions";

    private final Path data;
    private final Door door;

    FunctionsTest(@TempDir Path data) {
        this.data = data;
        this.door = new Door(data);
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void a_created_function_is_active_and_shown_with_the_defaults() throws Exception {
        // When
        Door.Answer created = door.post(FUNCTIONS, Door.creation("orders"));
        // Then
        assertThat(created.status()).isEqualTo(201);
        JsonNode shown = created.json();
        JsonNode expected = new ObjectMapper()
                .readTree(
                        """
                {"FunctionName": "orders", "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:orders",
                 "Runtime": "java17", "Handler": "com.example.Handler", "Description": "", "Timeout": 3,
                 "MemorySize": 128, "LastModified": "2026-11-20T12:00:00.250+0000", "Version": "$LATEST",
                 "PackageType": "Zip", "Role": "arn:aws:iam::000000000000:role/r", "Architectures": ["x86_64"],
                 "EphemeralStorage": {"Size": 512}, "TracingConfig": {"Mode": "PassThrough"},
                 "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
                 "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/orders"},
                 "State": "Active", "LastUpdateStatus": "Successful"}
                """);
        expected.fieldNames()
                .forEachRemaining(name -> assertThat(shown.get(name)).as(name).isEqualTo(expected.get(name)));
        assertThat(shown.get("CodeSize").asLong()).isPositive();
        assertThat(shown.get("CodeSha256").asText()).hasSize(44).endsWith("=");
        assertThat(shown.get("RevisionId").asText()).hasSize(36);
        assertThat(door.get(FUNCTIONS + "/orders/configuration").json()).isEqualTo(shown);
        assertThat(door.get(FUNCTIONS + "/orders").json().get("Configuration")).isEqualTo(shown);
        assertThat(door.get(FUNCTIONS + "/orders").json().has("Concurrency")).isFalse();
    }

    @Test
    void a_function_keeps_what_it_was_created_with_over_a_restart() {
        String creation = Door.creation("orders")
                .replace(
                        "\"Code\"",
                        "\"Timeout\": 60, \"MemorySize\": 512, \"Description\": \"d\","
                                + " \"Environment\": {\"Variables\": {\"AB\": \"c\"}}, \"Code\"");
        Path other = data.resolve("other");
        JsonNode created;
        try (Door first = new Door(other)) {
            created = first.post(FUNCTIONS, creation).json();
        }
        try (Door reopened = new Door(other)) {
            JsonNode shown = reopened.get(FUNCTIONS + "/orders/configuration").json();
            assertThat(shown).isEqualTo(created);
            assertThat(shown.get("Timeout").asInt()).isEqualTo(60);
            assertThat(shown.get("MemorySize").asInt()).isEqualTo(512);
            assertThat(shown.at("/Environment/Variables/AB").asText()).isEqualTo("c");
        }
    }

    @Test
    void the_same_name_twice_is_a_conflict() {
        door.with("orders");

        assertThat(door.post(FUNCTIONS, Door.creation("orders")).refusal())
                .isEqualTo("409 ResourceConflictException {\"Type\":\"User\",\"message\":\"Function already exist:"
                        + " orders\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            "FunctionName": "orders" | "X": 1                      | 400 ValidationException {"message":"1 validation error detected: Value null at 'functionName' failed to satisfy constraint: Member must not be null"}
            "orders"                 | "../evil"                   | 400 ValidationException {"message":"1 validation error detected: Value '../evil' at 'functionName'
            "orders"                 | "orders:1"                  | 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:orders:1"}
            "orders"                 | 17                          | 400 SerializationException {"Message":"NUMBER_VALUE can not be converted to a String at 'functionName'"}
            "java17"                 | "cobol"                     | 400 InvalidParameterValueException {"Type":"User","message":"Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [
            "java17"                 | null                        | 400 InvalidParameterValueException {"Type":"User","message":"Runtime and Handler are mandatory parameters for functions created with deployment packages."}
            "com.example.Handler"    | "a b"                       | 400 ValidationException {"message":"1 validation error detected: Value 'a b' at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\\\\s]+"}
            "arn:aws:iam::000000000000:role/r" | "me"              | 400 ValidationException {"message":"1 validation error detected: Value 'me' at 'role'
            "Code"                   | "Timeout": 901, "MemorySize": 1, "Code" | 400 ValidationException {"message":"2 validation errors detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900; Value '1' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128"}
            "Code"                   | "Timeout": "3", "Code"      | 400 SerializationException {"Message":"STRING_VALUE can not be converted to an Integer at 'timeout'"}
            "Code"                   | "Layers": ["arn"], "Code"   | 400 ValidationException {"message":"1 validation error detected: Value '[arn]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2048
            "Code"                   | "Environment": {"Variables": {"AWS_REGION": "x"}}, "Code" | 400 InvalidParameterValueException {"Type":"User","message":"Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION"}
            "Code"                   | "Environment": {"Variables": {"1A": "x"}}, "Code" | 400 ValidationException {"message":"1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, Member must not be null]"}
            "java17"                 | "ruby3.3"                   | 400 InvalidParameterValueException {"Type":"User","message":"Value ruby3.3 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [java8.al2,
            "java17"                 | "dotnet8"                   | 400 InvalidParameterValueException {"Type":"User","message":"Value dotnet8 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [java8.al2,
            "java17"                 | "go1.x"                     | 400 InvalidParameterValueException {"Type":"User","message":"The runtime parameter of go1.x is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions."}
            "Code"                   | "EphemeralStorage": {"Size": 511}, "Code" | 400 ValidationException {"message":"1 validation error detected: Value '511' at 'ephemeralStorage.size' failed to satisfy constraint: Member must have value greater than or equal to 512"}
            "Code"                   | "EphemeralStorage": {"Size": 10241}, "Code" | 400 ValidationException {"message":"1 validation error detected: Value '10241' at 'ephemeralStorage.size' failed to satisfy constraint: Member must have value less than or equal to 10240"}
            "Code"                   | "Architectures": ["x86_64", "arm64"], "Code" | 400 ValidationException {"message":"1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1"}
            "Code"                   | "Architectures": ["z80"], "Code" | 400 ValidationException {"message":"1 validation error detected: Value '[z80]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"}
            "Code"                   | "Architectures": "arm64", "Code" | 400 SerializationException {"Message":"Expected list or null at 'architectures'"}
            "ZipFile"                | "S3Bucket": "any", "Z"      | 400 InvalidParameterValueException {"Type":"User","message":"Please provide a source for function code."}
            "ZipFile"                | "Nothing"                   | 400 InvalidParameterValueException {"Type":"User","message":"Please provide a source for function code."}
            "ZipFile": "             | "ZipFile": "%%              | 400 SerializationException {"Message":"STRING_VALUE can not be converted to a Blob at 'zipFile': it is not base64"}
            "ZipFile": "             | "ZipFile": "AAAA", "Z": "            | 400 InvalidParameterValueException {"Type":"User","message":"Could not unzip uploaded file. Please check your file, then try to upload again."}
            {"FunctionName"          | ["FunctionName"             | 400 SerializationException {"Message":"Expected an object as the body"}
            """)
    void a_creation_that_cannot_be_is_refused_and_leaves_nothing(String part, String instead, String refusal) {
        String creation = Door.creation("orders");
        assertThat(creation).contains(part);

        assertThat(door.post(FUNCTIONS, creation.replace(part, instead)).refusal())
                .startsWith(refusal);

        assertThat(door.get(FUNCTIONS).json().get("Functions")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java8.al2",
                "java11",
                "java17",
                "java21",
                "java25",
                "nodejs18.x",
                "nodejs20.x",
                "nodejs22.x",
                "nodejs24.x",
                "python3.9",
                "python3.14",
                "provided",
                "provided.al2",
                "provided.al2023"
            })
    void these_runtimes_can_be_asked_for(String runtime) {
        Door.Answer created = door.post(FUNCTIONS, Door.creation("orders").replace("java17", runtime));

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json().get("Runtime").asText()).isEqualTo(runtime);
    }

    @Test
    void more_than_4_kb_of_environment_is_refused_with_what_was_measured() {
        String creation = Door.creation("orders")
                .replace(
                        "\"Code\"",
                        "\"Environment\": {\"Variables\": {\"AB\": \"" + "x".repeat(4096) + "\"}}, \"Code\"");

        assertThat(door.post(FUNCTIONS, creation).json().get("message").asText())
                .isEqualTo("Lambda was unable to configure your environment variables because the environment variables"
                        + " you have provided exceeded the 4KB limit. String measured: {\"AB\":\"" + "x".repeat(4096)
                        + "\"}");
    }

    @Test
    void what_says_only_what_is_so_anyway_is_accepted() {
        String creation = Door.creation("orders")
                .replace(
                        "\"Code\"",
                        "\"PackageType\": \"Zip\", \"Publish\": false, \"Layers\": [], \"Tags\": {},"
                                + " \"VpcConfig\": null, \"TracingConfig\": {\"Mode\": \"PassThrough\"}, \"Code\"");

        assertThat(door.post(FUNCTIONS, creation).status()).isEqualTo(201);
    }

    @Test
    void a_page_goes_on_behind_its_marker_whether_or_not_there_is_a_function_of_that_name() {
        List.of("a", "ab", "b-1", "b_2").forEach(door::with);

        assertThat(namesBehind("a!0000000000")).containsExactly("ab", "b-1", "b_2");
        assertThat(namesBehind("aa!0000000000")).containsExactly("ab", "b-1", "b_2");
        assertThat(namesBehind("ab!0000000007")).containsExactly("b-1", "b_2");
        assertThat(namesBehind("b-1!0000000000")).containsExactly("b_2");
        assertThat(namesBehind("c")).isEmpty();
        assertThat(namesBehind("!")).containsExactly("a", "ab", "b-1", "b_2");
    }

    private List<String> namesBehind(String marker) {
        return door.get(FUNCTIONS + "?Marker=" + marker).json().get("Functions").findValuesAsText("FunctionName");
    }

    @Test
    void functions_are_listed_by_name_and_in_pages() {
        List.of("c", "a", "b").forEach(door::with);

        JsonNode first = door.get(FUNCTIONS + "?MaxItems=2").json();
        JsonNode second = door.get(FUNCTIONS + "?MaxItems=2&Marker="
                        + first.get("NextMarker").asText())
                .json();

        assertThat(first.get("Functions").findValuesAsText("FunctionName")).containsExactly("a", "b");
        assertThat(first.get("Functions").get(0).has("State")).isFalse();
        assertThat(second.get("Functions").findValuesAsText("FunctionName")).containsExactly("c");
        assertThat(second.has("NextMarker")).isFalse();
        assertThat(door.get(FUNCTIONS + "?MaxItems=0").header("x-amzn-ErrorType"))
                .isEqualTo("ValidationException");
        assertThat(door.get(FUNCTIONS + "?MaxItems=-1").header("x-amzn-ErrorType"))
                .isEqualTo("ValidationException");
        assertThat(door.get(FUNCTIONS + "?MaxItems=two").refusal())
                .isEqualTo(
                        "400 SerializationException {\"Message\":\"STRING_VALUE can not be converted to an Integer at"
                                + " 'maxItems'\"}");
    }

    @Test
    void new_code_changes_hash_and_revision() {
        JsonNode before =
                door.with("orders").get(FUNCTIONS + "/orders/configuration").json();

        Door.Answer updated =
                door.put(FUNCTIONS + "/orders/code", "{\"ZipFile\": \"" + Door.zip("Other.class") + "\"}");

        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.json().get("CodeSha256")).isNotEqualTo(before.get("CodeSha256"));
        assertThat(updated.json().get("RevisionId")).isNotEqualTo(before.get("RevisionId"));
        assertThat(door.get(FUNCTIONS + "/orders/configuration").json()).isEqualTo(updated.json());
    }

    @Test
    void a_dry_run_tells_what_would_be_and_changes_nothing() throws Exception {
        // Given
        JsonNode before = door.with("orders").get(FUNCTIONS + "/orders").json();
        List<Path> kept = codeFiles();
        String code = "\"ZipFile\": \"" + Door.zip("Other.class") + "\", \"Architectures\": [\"arm64\"]";
        // When
        Door.Answer dry = door.put(FUNCTIONS + "/orders/code", "{\"DryRun\": true, \"Publish\": true, " + code + "}");
        // Then
        assertThat(dry.status()).isEqualTo(200);
        assertThat(dry.json().get("Version").asText()).isEqualTo("1");
        assertThat(dry.json().get("Architectures").get(0).asText()).isEqualTo("arm64");
        assertThat(door.get(FUNCTIONS + "/orders").json()).isEqualTo(before);
        assertThat(codeFiles()).isEqualTo(kept);
        // When
        Door.Answer real = door.put(FUNCTIONS + "/orders/code", "{\"DryRun\": false, " + code + "}");
        // Then
        assertThat(real.json().get("CodeSha256")).isEqualTo(dry.json().get("CodeSha256"));
        assertThat(real.json().get("CodeSize")).isEqualTo(dry.json().get("CodeSize"));
        assertThat(door.get(FUNCTIONS + "/orders/versions").json().get("Versions"))
                .hasSize(1);
    }

    private List<Path> codeFiles() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("code"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            "RevisionId": "old", "ZipFile": "%s" | 412 PreconditionFailedException
            "ZipFile": "AAAA"                    | 400 InvalidParameterValueException {"Type":"User","message":"Could not unzip uploaded file. Please check your file, then try to upload again."}
            "Publish": true                      | 400 InvalidParameterValueException {"Type":"User","message":"Please provide a source for function code."}
            """)
    void a_dry_run_refuses_what_the_real_one_would(String members, String refusal) {
        String body = "{\"DryRun\": true, " + members.formatted(Door.zip("Other.class")) + "}";

        assertThat(door.with("orders").put(FUNCTIONS + "/orders/code", body).refusal())
                .startsWith(refusal);
        assertThat(door.put(FUNCTIONS + "/none/code", body).status()).isEqualTo(404);
    }

    @Test
    void a_changed_configuration_keeps_what_was_not_named() {
        door.with("orders");

        Door.Answer updated = door.put(
                FUNCTIONS + "/orders/configuration",
                "{\"Timeout\": 9, \"Environment\": {\"Variables\": {\"AB\": \"c\"}}}");
        Door.Answer again = door.put(FUNCTIONS + "/orders/configuration", "{\"Description\": \"d\"}");

        assertThat(updated.status()).isEqualTo(200);
        assertThat(again.json().get("Timeout").asInt()).isEqualTo(9);
        assertThat(again.json().get("Description").asText()).isEqualTo("d");
        assertThat(again.json().get("Handler").asText()).isEqualTo("com.example.Handler");
        assertThat(again.json().at("/Environment/Variables/AB").asText()).isEqualTo("c");
    }

    @Test
    void a_change_to_another_revision_is_refused() {
        door.with("orders");

        assertThat(door.put(FUNCTIONS + "/orders/configuration", "{\"RevisionId\": \"old\", \"Timeout\": 9}")
                        .refusal())
                .isEqualTo("412 PreconditionFailedException {\"Type\":\"User\",\"message\":\"The Revision Id provided"
                        + " does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the"
                        + " latest Revision Id\"}");
        assertThat(door.get(FUNCTIONS + "/orders/configuration")
                        .json()
                        .get("Timeout")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void a_deleted_function_is_gone() {
        door.with("orders");

        assertThat(door.delete(FUNCTIONS + "/orders?Qualifier=7").status()).isEqualTo(204);
        assertThat(door.delete(FUNCTIONS + "/orders?Qualifier=$LATEST").refusal())
                .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"$LATEST version cannot"
                        + " be deleted without deleting the function.\"}");
        assertThat(door.get(FUNCTIONS + "/orders").status()).isEqualTo(200);
        assertThat(door.delete(FUNCTIONS + "/orders").status()).isEqualTo(204);
        assertThat(door.delete(FUNCTIONS + "/orders").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Function not found:"
                        + " arn:aws:lambda:us-east-1:000000000000:function:orders\"}");
        assertThat(door.invoke("orders", "{}").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"GET,''", "GET,/configuration", "PUT,/configuration", "PUT,/code", "DELETE,''"})
    void a_function_that_does_not_exist_is_not_found(String method, String path) {
        assertThat(door.send(method, FUNCTIONS + "/none" + path, "{}").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Function not found:"
                        + " arn:aws:lambda:us-east-1:000000000000:function:none\"}");
    }

    @Test
    void concurrency_is_reserved_shown_and_cleared() {
        door.with("orders");
        String concurrency = "/functions/orders/concurrency";

        assertThat(door.get("/2019-09-30" + concurrency).body()).isEqualTo("{}");
        Door.Answer put = door.put("/2017-10-31" + concurrency, "{\"ReservedConcurrentExecutions\": 900}");
        assertThat(put.status()).isEqualTo(200);
        assertThat(put.body()).isEqualTo("{\"ReservedConcurrentExecutions\":900}");
        assertThat(door.get("/2019-09-30" + concurrency).body()).isEqualTo(put.body());
        assertThat(door.get(FUNCTIONS + "/orders")
                        .json()
                        .at("/Concurrency/ReservedConcurrentExecutions")
                        .asInt())
                .isEqualTo(900);
        assertThat(door.delete("/2017-10-31" + concurrency).status()).isEqualTo(204);
        assertThat(door.get("/2019-09-30" + concurrency).body()).isEqualTo("{}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            orders:$LATEST | {"ReservedConcurrentExecutions": 1}   | 400 InvalidParameterValueException {"Type":"User","message":"This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN."}
            orders         | {"ReservedConcurrentExecutions": 901} | 400 InvalidParameterValueException {"message":"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."}
            orders         | {"ReservedConcurrentExecutions": -1}  | 400 ValidationException {"message":"1 validation error detected: Value '-1' at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 0"}
            orders         | {"ReservedConcurrentExecutions": 2147483647} | 400 InvalidParameterValueException {"message":"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."}
            orders         | {}                                    | 400 ValidationException {"message":"1 validation error detected: Value null at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must not be null"}
            none           | {"ReservedConcurrentExecutions": 1}   | 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:none"}
            """)
    void a_reservation_that_cannot_be_is_refused(String name, String body, String refusal) {
        door.with("orders");

        assertThat(door.put("/2017-10-31/functions/" + name + "/concurrency", body)
                        .refusal())
                .isEqualTo(refusal);
    }
}
