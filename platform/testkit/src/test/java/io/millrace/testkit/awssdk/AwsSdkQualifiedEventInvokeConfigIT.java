package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.FunctionEventInvokeConfig;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.PutFunctionEventInvokeConfigResponse;

/** How events to a version or an alias are retried (lambda-semantics 2.3). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkQualifiedEventInvokeConfigIT {
    private static final String FAIL = "def handler(event, context): raise ValueError('no')";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    /** A function with version 1 and an alias live of it. */
    private static void create(String name) {
        sdk.create(name, FAIL);
        sdk.publish(name);
        sdk.lambda()
                .createAlias(request -> request.functionName(name).name("live").functionVersion("1"));
    }

    private static PutFunctionEventInvokeConfigResponse retries(String name, String qualifier, int attempts) {
        return sdk.lambda()
                .putFunctionEventInvokeConfig(request ->
                        request.functionName(name).qualifier(qualifier).maximumRetryAttempts(attempts));
    }

    @Test
    void each_qualifier_has_a_config_of_its_own() {
        // Given
        create("divided");
        // When
        retries("divided", "live", 0);
        retries("divided", "1", 1);
        PutFunctionEventInvokeConfigResponse latest = retries("divided", "$LATEST", 2);
        // Then
        assertThat(latest.functionArn()).isEqualTo(SdkClient.ARN + "divided:$LATEST");
        assertThat(sdk.lambda()
                        .getFunctionEventInvokeConfig(
                                request -> request.functionName("divided").qualifier("live"))
                        .maximumRetryAttempts())
                .isZero();
        assertThat(sdk.lambda()
                        .getFunctionEventInvokeConfig(request -> request.functionName("divided:1"))
                        .maximumRetryAttempts())
                .isEqualTo(1);
        assertThat(sdk
                        .lambda()
                        .listFunctionEventInvokeConfigsPaginator(
                                request -> request.functionName("divided").maxItems(1))
                        .functionEventInvokeConfigs()
                        .stream())
                .extracting(FunctionEventInvokeConfig::functionArn)
                .containsExactlyInAnyOrder(
                        SdkClient.ARN + "divided:$LATEST", SdkClient.ARN + "divided:1", SdkClient.ARN + "divided:live");
    }

    @Test
    void a_new_version_does_not_inherit_that_of_the_latest() {
        // Given
        sdk.create("inherited", FAIL);
        retries("inherited", "$LATEST", 0);
        // When
        sdk.publish("inherited");
        // Then
        assertThat(Refusal.of(
                        () -> sdk.lambda().getFunctionEventInvokeConfig(request -> request.functionName("inherited")
                                .qualifier("1"))))
                .isEqualTo(Refusal.notFound(
                        "The function " + SdkClient.ARN + "inherited:1 doesn't have an EventInvokeConfig"));
    }

    @Test
    void an_event_is_retried_as_the_qualifier_it_was_sent_to_says() {
        // Given
        create("counted");
        retries("counted", "live", 0);
        retries("counted", "$LATEST", 1);
        // When
        for (String qualifier : new String[] {"live", "$LATEST", "1"}) {
            sdk.lambda().invoke(request -> request.functionName("counted")
                    .qualifier(qualifier)
                    .invocationType(InvocationType.EVENT)
                    .payload(SdkBytes.fromUtf8String("{}")));
        }
        millrace.awaitQuiet();
        // Then: the version has no config of its own, so Lambda's two retries count
        assertThat(millrace.deadLetters("counted"))
                .extracting(dead -> dead.cause().orElseThrow().attempts())
                .containsExactlyInAnyOrder(1L, 2L, 3L);
    }

    @Test
    void an_unknown_qualifier_has_none() {
        // Given
        create("known");
        // Then
        assertThat(Refusal.of(() -> retries("known", "none", 1)).code()).isEqualTo("ResourceNotFoundException");
        assertThat(Refusal.of(() -> retries("known", "9", 1)).code()).isEqualTo("ResourceNotFoundException");
    }
}
