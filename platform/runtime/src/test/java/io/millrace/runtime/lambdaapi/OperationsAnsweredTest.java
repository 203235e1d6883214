package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.lambdaapi.model.Operation;
import io.millrace.runtime.lambdaapi.model.Operations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every operation of the API has an answer, and docs/lambda-api.md says which. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class OperationsAnsweredTest {
    private static final Pattern ROW = Pattern.compile("\\| (\\w+) \\| (same|different|absent) \\| .*\\|");

    private final Door door;

    OperationsAnsweredTest(@TempDir Path data) {
        this.door = new Door(data).with("orders");
    }

    @AfterEach
    void close() {
        door.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            POST   | /2020-04-22/code-signing-configs                                       | CreateCodeSigningConfig            | InvalidParameterValueException
            GET    | /2025-12-01/durable-executions/arn%3Aaws%2Fa%2Fb                       | GetDurableExecution                | InvalidParameterValueException
            PUT    | /2025-11-30/capacity-providers/x                                       | UpdateCapacityProvider             | InvalidParameterValueException
            DELETE | /2020-06-30/functions/orders/code-signing-config                        | DeleteFunctionCodeSigningConfig    | InvalidParameterValueException
            """)
    void an_operation_that_is_not_supported_is_refused_by_name(
            String method, String path, String operation, String code) {
        assertThat(door.send(method, path, "{}").refusal())
                .isEqualTo("400 " + code + " {\"Type\":\"User\",\"message\":\"The operation " + operation
                        + " is not supported by Millrace.\"}");
    }

    @Test
    void every_operation_that_is_not_supported_has_an_error_its_clients_know() {
        assertThat(Operations.described().all())
                .filteredOn(operation -> !door.api.served().contains(operation.name()))
                .allSatisfy(operation -> assertThat(operation.hasError("InvalidParameterValueException")
                                || operation.hasError("InvalidRequestContentException"))
                        .as(operation.name())
                        .isTrue());
    }

    @Test
    void the_documentation_has_every_operation_and_says_whether_it_is_answered() throws IOException {
        Map<String, String> documented = documented();

        Set<String> all =
                Operations.described().all().stream().map(Operation::name).collect(Collectors.toSet());
        assertThat(documented.keySet()).containsExactlyInAnyOrderElementsOf(all);
        Set<String> answered = new TreeSet<>(documented.keySet());
        documented.forEach((operation, here) -> {
            if (here.equals("absent")) {
                answered.remove(operation);
            }
        });
        assertThat(answered).containsExactlyInAnyOrderElementsOf(door.api.served());
    }

    @Test
    void a_function_is_found_by_its_encoded_arn_and_by_a_parameter_it_does_not_know() {
        String arn = Door.ARN + "orders";

        assertThat(door.get("/2015-03-31/functions/" + arn.replace(":", "%3A") + "/configuration")
                        .json()
                        .get("FunctionArn")
                        .asText())
                .isEqualTo(arn);
        assertThat(door.get("/2019-09-30/functions/orders/concurrency?Qualifier=%20&X=1")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_function_may_be_created_without_a_role_and_provisioned_by_a_qualified_name() {
        String creation = Door.creation("roleless").replace("\"Role\"", "\"Unknown\"");

        assertThat(door.post("/2015-03-31/functions", creation).status()).isEqualTo(201);
        assertThat(door.publishing("roleless", 1)
                        .put(
                                "/2019-09-30/functions/roleless:1/provisioned-concurrency",
                                "{\"ProvisionedConcurrentExecutions\": 1}")
                        .status())
                .isEqualTo(202);
    }

    @Test
    void what_breaks_the_description_is_refused_before_anything_is_looked_for() {
        assertThat(door.put("/2017-10-31/functions/nothing/concurrency", "{\"ReservedConcurrentExecutions\": -1}")
                        .header("x-amzn-ErrorType"))
                .isEqualTo("ValidationException");
        assertThat(door.put("/2017-10-31/functions/nothing/concurrency", "{\"ReservedConcurrentExecutions\": ")
                        .refusal())
                .startsWith("400 SerializationException {\"Message\":\"Could not parse request body into json: ");
        assertThat(door.put("/2017-10-31/functions/nothing/concurrency", "").refusal())
                .isEqualTo("400 ValidationException {\"message\":\"1 validation error detected: Value null at"
                        + " 'reservedConcurrentExecutions' failed to satisfy constraint: Member must not be null\"}");
    }

    private static Map<String, String> documented() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("../../docs/lambda-api.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertThat(documented.put(row.group(1), row.group(2)))
                        .as("another row of " + row.group(1))
                        .isNull();
            }
        }
        return documented;
    }
}
