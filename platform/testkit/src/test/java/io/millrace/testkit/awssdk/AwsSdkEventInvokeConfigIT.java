package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.testkit.MillraceExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.GetFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.PutFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionEventInvokeConfigResponse;

/** How the events of a function are retried and recorded (lambda-semantics 2.3). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkEventInvokeConfigIT {
    private static final String ECHO = "def handler(event, context): return event";
    private static final String FAIL = "def handler(event, context): raise ValueError('no')";
    private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:records";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    @Test
    void what_is_put_is_shown() {
        // Given
        sdk.create("shown", ECHO);
        // When
        PutFunctionEventInvokeConfigResponse put = sdk.lambda()
                .putFunctionEventInvokeConfig(request -> request.functionName("shown")
                        .maximumRetryAttempts(1)
                        .maximumEventAgeInSeconds(120)
                        .destinationConfig(to -> to.onFailure(failure -> failure.destination(QUEUE))));
        GetFunctionEventInvokeConfigResponse shown =
                sdk.lambda().getFunctionEventInvokeConfig(request -> request.functionName("shown"));
        // Then
        assertThat(put.functionArn()).isEqualTo(SdkClient.ARN + "shown:$LATEST");
        assertThat(put.lastModified())
                .isBetween(
                        Instant.now().minus(Duration.ofMinutes(1)),
                        Instant.now().plus(Duration.ofMinutes(1)));
        assertThat(shown.maximumRetryAttempts()).isEqualTo(1);
        assertThat(shown.maximumEventAgeInSeconds()).isEqualTo(120);
        assertThat(shown.destinationConfig().onFailure().destination()).isEqualTo(QUEUE);
        assertThat(shown.destinationConfig().onSuccess().destination()).isNull();
        assertThat(shown.lastModified()).isEqualTo(put.lastModified());
    }

    @Test
    void put_replaces_and_update_merges() {
        // Given
        sdk.create("merged", ECHO);
        sdk.lambda()
                .putFunctionEventInvokeConfig(request ->
                        request.functionName("merged").maximumRetryAttempts(1).maximumEventAgeInSeconds(120));
        // When
        UpdateFunctionEventInvokeConfigResponse updated = sdk.lambda()
                .updateFunctionEventInvokeConfig(
                        request -> request.functionName("merged").maximumRetryAttempts(0));
        // Then
        assertThat(updated.maximumRetryAttempts()).isZero();
        assertThat(updated.maximumEventAgeInSeconds()).isEqualTo(120);
        // When
        PutFunctionEventInvokeConfigResponse put = sdk.lambda()
                .putFunctionEventInvokeConfig(
                        request -> request.functionName("merged").maximumRetryAttempts(2));
        // Then
        assertThat(put.maximumRetryAttempts()).isEqualTo(2);
        assertThat(put.maximumEventAgeInSeconds()).isNull();
    }

    @Test
    void a_function_without_retries_gives_up_at_once() {
        // Given
        sdk.create("once", FAIL);
        sdk.lambda().putFunctionEventInvokeConfig(request -> request.functionName("once")
                .maximumRetryAttempts(0));
        // When
        sdk.lambda().invoke(request -> request.functionName("once")
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String("{}")));
        millrace.awaitQuiet();
        // Then
        assertThat(millrace.deadLetters("once")).singleElement().satisfies(dead -> assertThat(
                        dead.cause().orElseThrow().attempts())
                .isEqualTo(1));
    }

    @Test
    void records_of_success_reach_another_function() {
        // Given
        sdk.create("first", ECHO);
        sdk.create("second", ECHO);
        sdk.lambda().putFunctionEventInvokeConfig(request -> request.functionName("first")
                .destinationConfig(to -> to.onSuccess(success -> success.destination(SdkClient.ARN + "second"))));
        // When
        sdk.lambda().invoke(request -> request.functionName("first").invocationType(InvocationType.EVENT));
        // Then
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        Objects.requireNonNull(millrace.stats().get("second")).succeeded() == 1);
    }

    @Test
    void one_that_is_not_there_is_not_found() {
        // Given
        sdk.create("bare", ECHO);
        Refusal none =
                Refusal.notFound("The function " + SdkClient.ARN + "bare:$LATEST doesn't have an EventInvokeConfig");
        // Then
        assertThat(Refusal.of(() -> sdk.lambda().getFunctionEventInvokeConfig(request -> request.functionName("bare"))))
                .isEqualTo(none);
        assertThat(Refusal.of(
                        () -> sdk.lambda().deleteFunctionEventInvokeConfig(request -> request.functionName("bare"))))
                .isEqualTo(none);
        assertThat(Refusal.of(() -> sdk.lambda().updateFunctionEventInvokeConfig(request -> request.functionName("bare")
                        .maximumRetryAttempts(1))))
                .isEqualTo(none);
        assertThat(Refusal.of(() -> sdk.lambda().putFunctionEventInvokeConfig(request -> request.functionName("nobody")
                        .maximumRetryAttempts(1))))
                .isEqualTo(Refusal.notFound("The function doesn't exist."));
    }

    @Test
    void destinations_that_cannot_be_are_refused() {
        // Given
        sdk.create("sender", ECHO);
        // Then
        assertThat(Refusal.of(
                        () -> sdk.lambda().putFunctionEventInvokeConfig(request -> request.functionName("sender"))))
                .isEqualTo(Refusal.invalid("You must specify at least one of error handling or destination setting."));
        assertThat(refused(SdkClient.ARN + "sender"))
                .isEqualTo(Refusal.invalid("You can't specify the function as a destination for itself."));
        assertThat(refused(SdkClient.ARN + "nobody"))
                .isEqualTo(Refusal.invalid("The destination ARN " + SdkClient.ARN + "nobody is invalid."));
        assertThat(refused("arn:aws:iam:us-east-1:000000000000:role/any"))
                .isEqualTo(Refusal.invalid("The provided destination config DestinationConfig(onSuccess=OnSuccess("
                        + "destination=arn:aws:iam:us-east-1:000000000000:role/any), onFailure=null) is invalid."));
        assertThat(refused("nowhere").code()).isEqualTo("ValidationException");
    }

    private static Refusal refused(String destination) {
        return Refusal.of(() -> sdk.lambda().putFunctionEventInvokeConfig(request -> request.functionName("sender")
                .destinationConfig(to -> to.onSuccess(success -> success.destination(destination)))));
    }
}
