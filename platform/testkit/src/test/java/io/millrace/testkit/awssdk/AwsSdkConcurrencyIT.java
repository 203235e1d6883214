package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.testkit.MillraceExtension;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsResponse;
import software.amazon.awssdk.services.lambda.model.GetProvisionedConcurrencyConfigResponse;
import software.amazon.awssdk.services.lambda.model.ProvisionedConcurrencyConfigListItem;
import software.amazon.awssdk.services.lambda.model.ProvisionedConcurrencyConfigNotFoundException;
import software.amazon.awssdk.services.lambda.model.ProvisionedConcurrencyStatusEnum;
import software.amazon.awssdk.services.lambda.model.PutProvisionedConcurrencyConfigResponse;

/** What functions may use at once, and the account (lambda-semantics 4.2). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkConcurrencyIT {
    private static final String WARM =
            "import os\ndef handler(event, context): return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    private static void reserve(String function, int permits) {
        sdk.lambda().putFunctionConcurrency(request -> request.functionName(function)
                .reservedConcurrentExecutions(permits));
    }

    private static PutProvisionedConcurrencyConfigResponse provision(String function, String qualifier, int permits) {
        return sdk.lambda()
                .putProvisionedConcurrencyConfig(request ->
                        request.functionName(function).qualifier(qualifier).provisionedConcurrentExecutions(permits));
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Reserved {
        @Test
        void a_reservation_is_shown_until_it_is_deleted() {
            // Given
            sdk.create("reserved", WARM);
            // When
            int put = sdk.lambda()
                    .putFunctionConcurrency(
                            request -> request.functionName("reserved").reservedConcurrentExecutions(7))
                    .reservedConcurrentExecutions();
            // Then
            assertThat(put).isEqualTo(7);
            assertThat(shown("reserved")).isEqualTo(7);
            assertThat(sdk.lambda()
                            .getFunction(request -> request.functionName("reserved"))
                            .concurrency()
                            .reservedConcurrentExecutions())
                    .isEqualTo(7);
            // When
            int deleted = sdk.lambda()
                    .deleteFunctionConcurrency(request -> request.functionName("reserved"))
                    .sdkHttpResponse()
                    .statusCode();
            // Then
            assertThat(deleted).isEqualTo(204);
            assertThat(shown("reserved")).isNull();
        }

        private static Integer shown(String name) {
            return sdk.lambda()
                    .getFunctionConcurrency(request -> request.functionName(name))
                    .reservedConcurrentExecutions();
        }

        @Test
        void what_the_account_or_a_version_does_not_allow_is_refused() {
            // Given
            sdk.create("greedy", WARM);
            // Then
            assertThat(Refusal.of(() -> reserve("greedy", 901)))
                    .isEqualTo(Refusal.invalid("Specified ReservedConcurrentExecutions for function decreases"
                            + " account's UnreservedConcurrentExecution below its minimum value of [100]."));
            assertThat(Refusal.of(() -> reserve("greedy:1", 1)))
                    .isEqualTo(Refusal.invalid("This operation is permitted on Lambda functions only. Aliases and"
                            + " versions do not support this operation. Please specify either a function name or an"
                            + " unqualified function ARN."));
            assertThat(Refusal.of(() -> reserve("nobody", 1)))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "nobody"));
        }
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Provisioned {
        @Test
        void environments_are_made_ready_and_used() {
            // Given
            sdk.create("ready", WARM);
            sdk.publish("ready");
            // When
            PutProvisionedConcurrencyConfigResponse begun = provision("ready", "1", 1);
            // Then
            assertThat(begun.sdkHttpResponse().statusCode()).isEqualTo(202);
            assertThat(begun.requestedProvisionedConcurrentExecutions()).isEqualTo(1);
            assertThat(begun.allocatedProvisionedConcurrentExecutions()).isZero();
            assertThat(begun.availableProvisionedConcurrentExecutions()).isZero();
            assertThat(begun.status()).isEqualTo(ProvisionedConcurrencyStatusEnum.IN_PROGRESS);
            assertThat(begun.lastModified()).endsWith("+0000");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> shown("ready", "1").status() == ProvisionedConcurrencyStatusEnum.READY);
            assertThat(shown("ready", "1").availableProvisionedConcurrentExecutions())
                    .isEqualTo(1);
            assertThat(shown("ready", "1").allocatedProvisionedConcurrentExecutions())
                    .isEqualTo(1);
            assertThat(sdk.invoke("ready:1", "{}").payload().asUtf8String()).isEqualTo("\"provisioned-concurrency\"");
            assertThat(sdk.invoke("ready", "{}").payload().asUtf8String()).isEqualTo("\"on-demand\"");
        }

        private static GetProvisionedConcurrencyConfigResponse shown(String function, String qualifier) {
            return sdk.lambda().getProvisionedConcurrencyConfig(request -> request.functionName(function)
                    .qualifier(qualifier));
        }

        @Test
        void a_function_s_are_listed_and_deleted() {
            // Given
            sdk.create("listed", WARM);
            sdk.publish("listed");
            provision("listed", "1", 1);
            // Then
            assertThat(sdk
                            .lambda()
                            .listProvisionedConcurrencyConfigsPaginator(request -> request.functionName("listed"))
                            .provisionedConcurrencyConfigs()
                            .stream())
                    .extracting(ProvisionedConcurrencyConfigListItem::functionArn)
                    .containsExactly(SdkClient.ARN + "listed:1");
            // When
            for (int i = 0; i < 2; i++) {
                assertThat(sdk.lambda()
                                .deleteProvisionedConcurrencyConfig(request ->
                                        request.functionName("listed").qualifier("1"))
                                .sdkHttpResponse()
                                .statusCode())
                        .isEqualTo(204);
            }
            // Then
            ProvisionedConcurrencyConfigNotFoundException gone =
                    Refusal.thrown(ProvisionedConcurrencyConfigNotFoundException.class, () -> shown("listed", "1"));
            assertThat(gone.statusCode()).isEqualTo(404);
            assertThat(gone.awsErrorDetails().errorMessage())
                    .isEqualTo("No Provisioned Concurrency Config found for this function");
            assertThat(gone.type()).isEqualTo("User");
        }

        @Test
        void a_version_and_an_alias_of_it_cannot_both_have_one() {
            // Given
            sdk.create("once", WARM);
            sdk.publish("once");
            sdk.lambda()
                    .createAlias(
                            request -> request.functionName("once").name("live").functionVersion("1"));
            // When
            provision("once", "live", 1);
            // Then
            assertThat(Refusal.of(() -> provision("once", "1", 1)))
                    .isEqualTo(Refusal.conflict("Version is pointed by a Provisioned Concurrency alias"));
            // When
            sdk.lambda().deleteProvisionedConcurrencyConfig(request -> request.functionName("once")
                    .qualifier("live"));
            provision("once", "1", 1);
            // Then
            assertThat(Refusal.of(() -> provision("once", "live", 1)))
                    .isEqualTo(Refusal.conflict("Alias can't be used for Provisioned Concurrency configuration on an"
                            + " already Provisioned version"));
        }

        @Test
        void what_cannot_be_provisioned_is_refused() {
            // Given
            sdk.create("strict", WARM);
            sdk.publish("strict");
            reserve("strict", 2);
            // Then
            assertThat(Refusal.of(() -> provision("strict", "$LATEST", 1)))
                    .isEqualTo(Refusal.invalid(
                            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."));
            assertThat(Refusal.of(() -> provision("strict", "live", 1)))
                    .isEqualTo(Refusal.notFound("Cannot find alias arn: " + SdkClient.ARN + "strict:live"));
            assertThat(Refusal.of(() -> provision("strict", "7", 1)))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "strict:7"));
            assertThat(Refusal.of(() -> provision("strict", "1", 3)))
                    .isEqualTo(Refusal.invalid("Requested Provisioned Concurrency should not be greater than the"
                            + " reservedConcurrentExecution for function"));
            assertThat(Refusal.of(() -> provision("strict", "1", 0)))
                    .isEqualTo(Refusal.validation("1 validation error detected: Value '0' at"
                            + " 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value"
                            + " greater than or equal to 1"));
            provision("strict", "1", 2);
            assertThat(Refusal.of(() -> reserve("strict", 1)))
                    .isEqualTo(Refusal.invalid(" ReservedConcurrentExecutions  1 should not be lower than function's"
                            + " total provisioned concurrency [2]."));
        }
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Account {
        @Test
        void limits_and_usage_are_told() {
            // Given
            sdk.create("counted", WARM);
            // When
            GetAccountSettingsResponse before = sdk.lambda().getAccountSettings();
            reserve("counted", 10);
            GetAccountSettingsResponse after = sdk.lambda().getAccountSettings();
            // Then
            assertThat(before.accountLimit().concurrentExecutions()).isEqualTo(1000);
            assertThat(before.accountLimit().codeSizeUnzipped()).isEqualTo(262_144_000);
            assertThat(before.accountLimit().codeSizeZipped()).isEqualTo(52_428_800);
            assertThat(before.accountUsage().functionCount()).isPositive();
            assertThat(before.accountUsage().totalCodeSize()).isPositive();
            assertThat(after.accountLimit().unreservedConcurrentExecutions())
                    .isEqualTo(before.accountLimit().unreservedConcurrentExecutions() - 10);
        }
    }
}
