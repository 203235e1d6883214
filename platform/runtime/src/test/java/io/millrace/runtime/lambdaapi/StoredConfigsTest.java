package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recursion, runtime management, code signing: kept and shown. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StoredConfigsTest {
    private static final String RECURSION = "/2024-08-31/functions/orders/recursion-config";
    private static final String RUNTIME = "/2021-07-20/functions/orders/runtime-management-config";
    private static final String PINNED = "arn:aws:lambda:us-east-1::runtime:0123456789abcdef";

    @TempDir
    private Path data;

    @Test
    void recursion_ends_unless_it_is_allowed_also_after_a_restart() {
        try (Door door = new Door(data).with("orders")) {
            assertThat(door.get(RECURSION).body()).isEqualTo("{\"RecursiveLoop\":\"Terminate\"}");

            Door.Answer allowed = door.put(RECURSION, "{\"RecursiveLoop\": \"Allow\"}");

            assertThat(allowed.status()).isEqualTo(200);
            assertThat(allowed.body()).isEqualTo("{\"RecursiveLoop\":\"Allow\"}");
            assertThat(door.put(RECURSION, "{\"RecursiveLoop\": \"Maybe\"}").header("x-amzn-ErrorType"))
                    .isEqualTo("ValidationException");
        }
        try (Door door = new Door(data)) {
            assertThat(door.get(RECURSION).body()).isEqualTo("{\"RecursiveLoop\":\"Allow\"}");
            assertThat(door.delete("/2015-03-31/functions/orders").status()).isEqualTo(204);
            assertThat(door.with("orders").get(RECURSION).body()).isEqualTo("{\"RecursiveLoop\":\"Terminate\"}");
        }
    }

    @Test
    void each_version_has_a_runtime_management_of_its_own() {
        try (Door door = new Door(data).with("orders").publishing("orders", 1)) {
            assertThat(door.get(RUNTIME).body())
                    .isEqualTo("{\"UpdateRuntimeOn\":\"Auto\",\"FunctionArn\":\"" + Door.ARN
                            + "orders:$LATEST\",\"RuntimeVersionArn\":null}");

            Door.Answer put = door.put(
                    RUNTIME + "?Qualifier=1",
                    "{\"UpdateRuntimeOn\": \"Manual\", \"RuntimeVersionArn\": \"" + PINNED + "\"}");

            assertThat(put.status()).isEqualTo(200);
            assertThat(put.body())
                    .isEqualTo("{\"UpdateRuntimeOn\":\"Manual\",\"FunctionArn\":\"" + Door.ARN
                            + "orders:1\",\"RuntimeVersionArn\":\"" + PINNED + "\"}");
            assertThat(door.get(RUNTIME + "?Qualifier=1").body()).isEqualTo(put.body());
            assertThat(door.get(RUNTIME).json().get("UpdateRuntimeOn").asText()).isEqualTo("Auto");
            assertThat(door.put(RUNTIME, "{\"UpdateRuntimeOn\": \"FunctionUpdate\"}")
                            .body())
                    .isEqualTo("{\"UpdateRuntimeOn\":\"FunctionUpdate\",\"FunctionArn\":\"" + Door.ARN
                            + "orders:$LATEST\",\"RuntimeVersionArn\":null}");
        }
    }

    @Test
    void a_runtime_is_named_for_Manual_and_for_nothing_else() {
        try (Door door = new Door(data).with("orders")) {
            assertThat(door.put(RUNTIME, "{\"UpdateRuntimeOn\": \"Manual\"}").refusal())
                    .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"UpdateRuntimeOn is"
                            + " Manual, expected a RuntimeVersionArn with it.\"}");
            assertThat(door.put(RUNTIME, "{\"UpdateRuntimeOn\": \"Auto\", \"RuntimeVersionArn\": \"" + PINNED + "\"}")
                            .refusal())
                    .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"UpdateRuntimeOn is"
                            + " Auto, expected no RuntimeVersionArn; only Manual takes one.\"}");
            assertThat(door.put(RUNTIME, "{\"UpdateRuntimeOn\": \"Never\"}").header("x-amzn-ErrorType"))
                    .isEqualTo("ValidationException");
            assertThat(door.get(RUNTIME).json().get("UpdateRuntimeOn").asText()).isEqualTo("Auto");
        }
    }

    @Test
    void no_code_is_signed() {
        try (Door door = new Door(data).with("orders")) {
            Door.Answer shown = door.get("/2020-06-30/functions/orders/code-signing-config");

            assertThat(shown.status()).isEqualTo(200);
            assertThat(shown.body()).isEqualTo("{}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/2024-08-31/functions/none/recursion-config",
                "/2021-07-20/functions/none/runtime-management-config",
                "/2020-06-30/functions/none/code-signing-config"
            })
    void a_function_that_does_not_exist_has_none(String path) {
        try (Door door = new Door(data)) {
            assertThat(door.get(path).refusal())
                    .isEqualTo("404 ResourceNotFoundException {\"Type\":\"User\",\"Message\":\"Function not found: "
                            + Door.ARN + "none\"}");
        }
    }
}
