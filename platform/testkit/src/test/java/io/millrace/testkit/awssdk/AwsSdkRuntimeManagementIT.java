package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.GetRuntimeManagementConfigResponse;
import software.amazon.awssdk.services.lambda.model.PutRuntimeManagementConfigResponse;
import software.amazon.awssdk.services.lambda.model.UpdateRuntimeOn;

/** When a function changes to a new runtime (lambda-semantics 8.3). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkRuntimeManagementIT {
    private static final String ECHO = "def handler(event, context): return event";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    private static GetRuntimeManagementConfigResponse shown(String name) {
        return sdk.lambda().getRuntimeManagementConfig(request -> request.functionName(name));
    }

    @Test
    void a_function_changes_by_itself_until_told_otherwise() {
        // Given
        sdk.create("managed", ECHO);
        assertThat(shown("managed").updateRuntimeOn()).isEqualTo(UpdateRuntimeOn.AUTO);
        assertThat(shown("managed").functionArn()).startsWith(SdkClient.ARN + "managed");
        // When
        PutRuntimeManagementConfigResponse put = sdk.lambda()
                .putRuntimeManagementConfig(
                        request -> request.functionName("managed").updateRuntimeOn(UpdateRuntimeOn.FUNCTION_UPDATE));
        // Then
        assertThat(put.updateRuntimeOn()).isEqualTo(UpdateRuntimeOn.FUNCTION_UPDATE);
        assertThat(put.functionArn()).startsWith(SdkClient.ARN + "managed");
        assertThat(shown("managed").updateRuntimeOn()).isEqualTo(UpdateRuntimeOn.FUNCTION_UPDATE);
    }

    @Test
    void unknown_words_and_functions_are_refused() {
        // Given
        sdk.create("worded", ECHO);
        // Then
        assertThat(Refusal.of(() -> sdk.lambda().putRuntimeManagementConfig(request -> request.functionName("worded")
                                .updateRuntimeOn("Never")))
                        .code())
                .isEqualTo("ValidationException");
        assertThat(Refusal.of(() -> shown("nobody")))
                .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "nobody"));
    }
}
