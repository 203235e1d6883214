package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.GetFunctionCodeSigningConfigResponse;

/** What tools ask of every function before they change it (lambda-semantics 8.3). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkCodeSigningIT {
    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    @Test
    void no_function_has_its_code_signed() {
        // Given
        sdk.create("unsigned", "def handler(event, context): return event");
        // When
        GetFunctionCodeSigningConfigResponse shown =
                sdk.lambda().getFunctionCodeSigningConfig(request -> request.functionName("unsigned"));
        // Then
        assertThat(shown.sdkHttpResponse().statusCode()).isEqualTo(200);
        assertThat(shown.codeSigningConfigArn()).isNull();
    }

    @Test
    void an_unknown_function_is_not_found() {
        assertThat(Refusal.of(
                        () -> sdk.lambda().getFunctionCodeSigningConfig(request -> request.functionName("nobody"))))
                .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "nobody"));
    }
}
