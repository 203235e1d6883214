package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.AliasConfiguration;
import software.amazon.awssdk.services.lambda.model.CreateAliasResponse;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.PublishVersionResponse;
import software.amazon.awssdk.services.lambda.model.UpdateAliasResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeResponse;

/** Published versions and the aliases that point to them (lambda-semantics 6.3, 6.4). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkVersionsIT {
    private static final String ONE = "def handler(event, context): return 1";
    private static final String TWO = "def handler(event, context): return 2";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    /** Version 1 answers 1, version 2 answers 2. */
    private static void createTwoVersions(String name) {
        sdk.create(name, ONE);
        sdk.publish(name);
        sdk.updateCode(name, TWO);
        sdk.publish(name);
    }

    private static String answer(String name) {
        return sdk.invoke(name, "{}").payload().asUtf8String();
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Versions {
        @Test
        void a_version_is_what_the_function_was_when_it_was_published() {
            // Given
            sdk.create("frozen", ONE, function -> function.description("the function"));
            // When
            PublishVersionResponse published = sdk.lambda()
                    .publishVersion(request -> request.functionName("frozen").description("the first"));
            sdk.updateCode("frozen", TWO);
            // Then
            assertThat(published.sdkHttpResponse().statusCode()).isEqualTo(201);
            assertThat(published.version()).isEqualTo("1");
            assertThat(published.functionArn()).isEqualTo(SdkClient.ARN + "frozen:1");
            assertThat(published.description()).isEqualTo("the first");
            assertThat(answer("frozen:1")).isEqualTo("1");
            assertThat(answer("frozen")).isEqualTo("2");
        }

        @Test
        void publishing_the_same_again_gives_the_same_version() {
            // Given
            sdk.create("unchanged", ONE);
            PublishVersionResponse first = sdk.lambda().publishVersion(request -> request.functionName("unchanged"));
            // When
            PublishVersionResponse again = sdk.lambda()
                    .publishVersion(request -> request.functionName("unchanged").description("other words"));
            // Then
            assertThat(again.version()).isEqualTo("1");
            assertThat(again.revisionId()).isEqualTo(first.revisionId());
            assertThat(again.description()).isEmpty();
        }

        @Test
        void publishing_gives_the_latest_version_a_new_revision() {
            // Given
            sdk.create("revised", ONE);
            String before = revision("revised");
            // When
            sdk.publish("revised");
            // Then
            assertThat(revision("revised")).isNotEqualTo(before);
        }

        private static String revision(String name) {
            return sdk.lambda()
                    .getFunctionConfiguration(request -> request.functionName(name))
                    .revisionId();
        }

        @Test
        void code_or_a_revision_other_than_expected_is_not_published() {
            // Given
            CreateFunctionResponse created = sdk.create("expected", ONE);
            String other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
            // Then
            assertThat(Refusal.of(() -> sdk.lambda().publishVersion(request -> request.functionName("expected")
                            .codeSha256(other))))
                    .isEqualTo(Refusal.invalid("CodeSHA256 (" + other + ") is different from current CodeSHA256 in"
                            + " $LATEST (" + created.codeSha256()
                            + "). Please try again with the CodeSHA256 in $LATEST."));
            assertThat(Refusal.of(() -> sdk.lambda().publishVersion(request -> request.functionName("expected")
                            .revisionId("11111111-1111-1111-1111-111111111111"))))
                    .isEqualTo(new Refusal(
                            412,
                            "PreconditionFailedException",
                            "The Revision Id provided does not match the latest Revision Id. Call the"
                                    + " GetFunction/GetAlias API to retrieve the latest Revision Id"));
        }

        @Test
        void publishing_along_with_a_creation_or_new_code_is_told_differently() {
            // When
            CreateFunctionResponse created = sdk.lambda()
                    .createFunction(
                            SdkClient.python("at-once", ONE).publish(true).build());
            sdk.awaitActive("at-once");
            UpdateFunctionCodeResponse updated = sdk.lambda()
                    .updateFunctionCode(request -> request.functionName("at-once")
                            .zipFile(Archives.zip(Map.of("index.py", TWO)))
                            .publish(true));
            // Then
            assertThat(created.version()).isEqualTo("1");
            assertThat(created.functionArn()).isEqualTo(SdkClient.ARN + "at-once");
            assertThat(updated.version()).isEqualTo("2");
            assertThat(updated.functionArn()).isEqualTo(SdkClient.ARN + "at-once:2");
        }

        @Test
        void the_paginator_lists_the_latest_one_first() {
            // Given
            createTwoVersions("paged");
            // Then
            assertThat(sdk
                            .lambda()
                            .listVersionsByFunctionPaginator(
                                    request -> request.functionName("paged").maxItems(1))
                            .versions()
                            .stream())
                    .extracting(FunctionConfiguration::functionArn)
                    .containsExactly(
                            SdkClient.ARN + "paged:$LATEST", SdkClient.ARN + "paged:1", SdkClient.ARN + "paged:2");
        }

        @Test
        void a_deleted_version_is_gone_and_its_number_is_not_used_again() {
            // Given
            createTwoVersions("numbered");
            // When
            sdk.lambda()
                    .deleteFunction(request -> request.functionName("numbered").qualifier("2"));
            sdk.lambda()
                    .deleteFunction(request -> request.functionName("numbered").qualifier("99"));
            // Then
            assertThat(Refusal.of(
                            () -> sdk.lambda().getFunctionConfiguration(request -> request.functionName("numbered")
                                    .qualifier("2"))))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "numbered:2"));
            sdk.updateCode("numbered", ONE);
            assertThat(sdk.publish("numbered")).isEqualTo("3");
        }
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Aliases {
        @Test
        void an_alias_leads_to_its_version_until_it_is_moved() {
            // Given
            createTwoVersions("pointed");
            // When
            CreateAliasResponse created = sdk.lambda().createAlias(request -> request.functionName("pointed")
                    .name("live")
                    .functionVersion("1")
                    .description("what is sold"));
            // Then
            assertThat(created.sdkHttpResponse().statusCode()).isEqualTo(201);
            assertThat(created.aliasArn()).isEqualTo(SdkClient.ARN + "pointed:live");
            assertThat(created.name()).isEqualTo("live");
            assertThat(created.functionVersion()).isEqualTo("1");
            assertThat(created.description()).isEqualTo("what is sold");
            assertThat(created.routingConfig()).isNull();
            assertThat(answer("pointed:live")).isEqualTo("1");
            // When
            UpdateAliasResponse moved = sdk.lambda()
                    .updateAlias(request ->
                            request.functionName("pointed").name("live").functionVersion("2"));
            // Then
            assertThat(moved.functionVersion()).isEqualTo("2");
            assertThat(moved.description()).isEqualTo("what is sold");
            assertThat(moved.revisionId()).isNotEqualTo(created.revisionId());
            assertThat(answer("pointed:live")).isEqualTo("2");
        }

        @Test
        void a_function_shown_by_its_alias_has_the_alias_in_its_arn_and_the_version_s_number() {
            // Given
            createTwoVersions("shown");
            sdk.lambda()
                    .createAlias(request ->
                            request.functionName("shown").name("live").functionVersion("1"));
            // When
            GetFunctionConfigurationResponse shown = sdk.lambda()
                    .getFunctionConfiguration(
                            request -> request.functionName("shown").qualifier("live"));
            // Then
            assertThat(shown.functionArn()).isEqualTo(SdkClient.ARN + "shown:live");
            assertThat(shown.version()).isEqualTo("1");
        }

        @Test
        void weights_divide_the_invocations_between_two_versions() {
            // Given
            createTwoVersions("weighted");
            // When
            CreateAliasResponse all = sdk.lambda().createAlias(request -> request.functionName("weighted")
                    .name("canary")
                    .functionVersion("1")
                    .routingConfig(routing -> routing.additionalVersionWeights(Map.of("2", 1.0))));
            // Then
            assertThat(all.routingConfig().additionalVersionWeights()).containsExactly(Map.entry("2", 1.0));
            assertThat(answer("weighted:canary")).isEqualTo("2");
            // When
            UpdateAliasResponse none = sdk.lambda().updateAlias(request -> request.functionName("weighted")
                    .name("canary")
                    .routingConfig(routing -> routing.additionalVersionWeights(Map.of())));
            // Then
            assertThat(none.routingConfig()).isNull();
            assertThat(answer("weighted:canary")).isEqualTo("1");
        }

        @Test
        void weights_that_make_no_sense_are_refused() {
            // Given
            createTwoVersions("unroutable");
            // Then
            assertThat(refusedWeights("1", Map.of("1", 0.5)))
                    .isEqualTo(Refusal.invalid("Invalid function version 1. Function version 1 is already included in"
                            + " routing configuration."));
            assertThat(refusedWeights("$LATEST", Map.of("1", 0.5)))
                    .isEqualTo(
                            Refusal.invalid("$LATEST is not supported for an alias pointing to more than 1 version"));
            assertThat(refusedWeights("1", Map.of("10", 0.5)))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "unroutable:10"));
            assertThat(refusedWeights("1", Map.of("2", 1.5)).code()).isEqualTo("ValidationException");
            assertThat(refusedWeights("1", Map.of("$LATEST", 0.5)).code()).isEqualTo("ValidationException");
            assertThat(refusedWeights("1", Map.of("1", 0.1, "2", 0.1)))
                    .isEqualTo(Refusal.invalid("Number of items in AdditionalVersionWeights cannot be greater than 1"));
        }

        private static Refusal refusedWeights(String version, Map<String, Double> weights) {
            return Refusal.of(() -> sdk.lambda().createAlias(request -> request.functionName("unroutable")
                    .name("never")
                    .functionVersion(version)
                    .routingConfig(routing -> routing.additionalVersionWeights(weights))));
        }

        @Test
        void the_paginator_lists_them_also_by_version() {
            // Given
            createTwoVersions("aliased");
            Map.of("a", "1", "b", "2", "c", "1").forEach((name, version) -> sdk.lambda()
                    .createAlias(request ->
                            request.functionName("aliased").name(name).functionVersion(version)));
            // Then
            assertThat(sdk
                            .lambda()
                            .listAliasesPaginator(
                                    request -> request.functionName("aliased").maxItems(2))
                            .aliases()
                            .stream())
                    .extracting(AliasConfiguration::name)
                    .containsExactly("a", "b", "c");
            assertThat(sdk.lambda()
                            .listAliases(
                                    request -> request.functionName("aliased").functionVersion("1"))
                            .aliases())
                    .extracting(AliasConfiguration::name)
                    .containsExactly("a", "c");
        }

        @Test
        void a_version_with_an_alias_cannot_be_deleted() {
            // Given
            createTwoVersions("held");
            sdk.lambda()
                    .createAlias(
                            request -> request.functionName("held").name("live").functionVersion("1"));
            // Then
            Refusal refused = Refusal.of(() -> sdk.lambda()
                    .deleteFunction(request -> request.functionName("held").qualifier("1")));
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.code()).isEqualTo("ResourceConflictException");
        }

        @Test
        void taken_and_unknown_names_and_outdated_revisions_are_refused() {
            // Given
            createTwoVersions("refused");
            sdk.lambda()
                    .createAlias(request ->
                            request.functionName("refused").name("live").functionVersion("1"));
            // Then
            assertThat(Refusal.of(() -> sdk.lambda()
                            .createAlias(request ->
                                    request.functionName("refused").name("live").functionVersion("2"))))
                    .isEqualTo(Refusal.conflict("Alias already exists: " + SdkClient.ARN + "refused:live"));
            assertThat(Refusal.of(() -> sdk.lambda()
                            .getAlias(request -> request.functionName("refused").name("none"))))
                    .isEqualTo(Refusal.notFound("Cannot find alias arn: " + SdkClient.ARN + "refused:none"));
            assertThat(Refusal.of(() -> sdk.lambda()
                            .updateAlias(request ->
                                    request.functionName("refused").name("none").functionVersion("2"))))
                    .isEqualTo(Refusal.notFound("Alias not found: " + SdkClient.ARN + "refused:none"));
            assertThat(Refusal.of(() -> sdk.lambda().updateAlias(request -> request.functionName("refused")
                                    .name("live")
                                    .functionVersion("2")
                                    .revisionId("outdated")))
                            .code())
                    .isEqualTo("PreconditionFailedException");
            assertThat(Refusal.of(() -> sdk.lambda().createAlias(request -> request.functionName("refused")
                                    .name("12")
                                    .functionVersion("2")))
                            .code())
                    .isEqualTo("ValidationException");
        }

        @Test
        void deleting_one_that_does_not_exist_is_no_error() {
            // Given
            createTwoVersions("cleared");
            sdk.lambda()
                    .createAlias(request ->
                            request.functionName("cleared").name("live").functionVersion("1"));
            // When
            for (int i = 0; i < 2; i++) {
                assertThat(sdk.lambda()
                                .deleteAlias(request ->
                                        request.functionName("cleared").name("live"))
                                .sdkHttpResponse()
                                .statusCode())
                        .isEqualTo(204);
            }
            // Then
            assertThat(Refusal.of(() -> sdk.invoke("cleared:live", "{}")))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "cleared:live"));
        }
    }
}
