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
class ProvisioningTest {
    private static final String FUNCTION = "/2015-03-31/functions/orders";
    private static final String PROVISIONED = "/2019-09-30/functions/orders/provisioned-concurrency";
    private static final String RESERVED = "/2017-10-31/functions/orders/concurrency";

    private final Door door;

    ProvisioningTest(@TempDir Path data) {
        this.door = new Door(data).with("orders").publishing("orders", 3);
        door.post(FUNCTION + "/aliases", "{\"Name\": \"live\", \"FunctionVersion\": \"1\"}");
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void environments_are_wanted_shown_and_given_up() {
        Door.Answer put = put("live", 5);

        assertThat(put.status()).isEqualTo(202);
        assertThat(put.body())
                .isEqualTo("{\"RequestedProvisionedConcurrentExecutions\":5,"
                        + "\"AvailableProvisionedConcurrentExecutions\":0,"
                        + "\"AllocatedProvisionedConcurrentExecutions\":0,\"Status\":\"IN_PROGRESS\","
                        + "\"LastModified\":\"2026-11-20T12:00:00+0000\"}");
        JsonNode shown = door.get(PROVISIONED + "?Qualifier=live").json();
        assertThat(shown.get("Status").asText()).isEqualTo("READY");
        assertThat(shown.get("AllocatedProvisionedConcurrentExecutions").asInt())
                .isEqualTo(5);
        put("2", 7);
        JsonNode all = door.get(PROVISIONED + "?List=ALL").json();
        assertThat(all.findValuesAsText("FunctionArn"))
                .containsExactly(Door.ARN + "orders:2", Door.ARN + "orders:live");
        assertThat(door.delete(PROVISIONED + "?Qualifier=live").status()).isEqualTo(204);
        assertThat(door.delete(PROVISIONED + "?Qualifier=live").status()).isEqualTo(204);
        assertThat(door.get(PROVISIONED + "?Qualifier=live").refusal())
                .isEqualTo("404 ProvisionedConcurrencyConfigNotFoundException {\"Type\":\"User\",\"message\":\"No"
                        + " Provisioned Concurrency Config found for this function\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            $LATEST | 1    | 400 InvalidParameterValueException {"Type":"User","message":"Provisioned Concurrency Configs cannot be applied to unpublished function versions."}
            3       | 0    | 400 ValidationException {"message":"1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1"}
            3       | null | 400 ValidationException {"message":"1 validation error detected: Value null at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must not be null"}
            none    | 1    | 404 ResourceNotFoundException {"Type":"User","Message":"Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:orders:none"}
            9       | 1    | 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:orders:9"}
            live    | 1    | 409 ResourceConflictException {"Type":"User","message":"Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"}
            2       | 1    | 409 ResourceConflictException {"Type":"User","message":"Version is pointed by a Provisioned Concurrency alias"}
            3       | 981  | 400 InvalidParameterValueException {"message":"Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [980]."}
            3       | 881  | 400 InvalidParameterValueException {"message":"Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."}
            weighted | 1   | 400 InvalidParameterValueException {"Type":"User","message":"Alias with weights can not be used with Provisioned Concurrency"}
            """)
    void what_cannot_be_provisioned_is_refused(String qualifier, String environments, String refusal) {
        door.post(FUNCTION + "/aliases", "{\"Name\": \"second\", \"FunctionVersion\": \"2\"}");
        door.post(
                FUNCTION + "/aliases",
                """
                {"Name": "weighted", "FunctionVersion": "3",
                 "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.5}}}
                """);
        put("1", 10);
        put("second", 10);

        assertThat(door.put(
                                PROVISIONED + "?Qualifier=" + qualifier,
                                "{\"ProvisionedConcurrentExecutions\": " + environments + "}")
                        .refusal())
                .isEqualTo(refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            ?Qualifier=$LATEST | 400 InvalidParameterValueException {"Type":"User","message":"The function resource provided must be an alias or a published version."}
            ?Qualifier=none    | 404 ResourceNotFoundException {"Type":"User","Message":"Cannot find alias arn: arn:aws:lambda:us-east-1:000000000000:function:orders:none"}
            ?Qualifier=9       | 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:orders:9"}
            ``                 | 400 ValidationException {"message":"1 validation error detected: Value null at 'qualifier' failed to satisfy constraint: Member must not be null"}
            """)
    void what_is_neither_a_version_nor_an_alias_has_none(String query, String refusal) {
        assertThat(door.get(PROVISIONED + query).refusal()).isEqualTo(refusal);
        assertThat(door.delete(PROVISIONED + query).refusal()).isEqualTo(refusal);
    }

    @Test
    void a_reservation_and_what_is_provisioned_bound_each_other() {
        door.put(RESERVED, "{\"ReservedConcurrentExecutions\": 2}");

        assertThat(put("2", 3).refusal())
                .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"Requested Provisioned"
                        + " Concurrency should not be greater than the reservedConcurrentExecution for function\"}");
        assertThat(put("2", 2).status()).isEqualTo(202);
        assertThat(door.put(RESERVED, "{\"ReservedConcurrentExecutions\": 1}").refusal())
                .isEqualTo("400 InvalidParameterValueException {\"message\":\" ReservedConcurrentExecutions  1 should"
                        + " not be lower than function's total provisioned concurrency [2].\"}");
    }

    @Test
    void the_account_tells_its_limits_and_what_is_left() {
        door.put(RESERVED, "{\"ReservedConcurrentExecutions\": 200}");

        JsonNode account = door.get("/2016-08-19/account-settings").json();

        assertThat(account.at("/AccountLimit/ConcurrentExecutions").asInt()).isEqualTo(1000);
        assertThat(account.at("/AccountLimit/UnreservedConcurrentExecutions").asInt())
                .isEqualTo(800);
        assertThat(account.at("/AccountLimit/TotalCodeSize").asLong()).isEqualTo(80_530_636_800L);
        assertThat(account.at("/AccountLimit/CodeSizeUnzipped").asInt()).isEqualTo(262_144_000);
        assertThat(account.at("/AccountLimit/CodeSizeZipped").asInt()).isEqualTo(52_428_800);
        assertThat(account.at("/AccountUsage/FunctionCount").asInt()).isEqualTo(1);
        assertThat(account.at("/AccountUsage/TotalCodeSize").asLong()).isPositive();
    }

    private Door.Answer put(String qualifier, int environments) {
        return door.put(
                PROVISIONED + "?Qualifier=" + qualifier, "{\"ProvisionedConcurrentExecutions\": " + environments + "}");
    }
}
