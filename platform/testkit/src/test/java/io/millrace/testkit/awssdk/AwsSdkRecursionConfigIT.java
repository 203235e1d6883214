package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.RecursiveLoop;

/** Whether a function may call itself in circles (lambda-semantics 2.4). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkRecursionConfigIT {
    private static final String ECHO = "def handler(event, context): return event";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    private static RecursiveLoop shown(String name) {
        return sdk.lambda()
                .getFunctionRecursionConfig(request -> request.functionName(name))
                .recursiveLoop();
    }

    @Test
    void loops_are_ended_until_they_are_allowed() {
        // Given
        sdk.create("looping", ECHO);
        assertThat(shown("looping")).isEqualTo(RecursiveLoop.TERMINATE);
        // When
        RecursiveLoop put = sdk.lambda()
                .putFunctionRecursionConfig(
                        request -> request.functionName("looping").recursiveLoop(RecursiveLoop.ALLOW))
                .recursiveLoop();
        // Then
        assertThat(put).isEqualTo(RecursiveLoop.ALLOW);
        assertThat(shown("looping")).isEqualTo(RecursiveLoop.ALLOW);
    }

    @Test
    void it_goes_with_its_function() {
        // Given
        sdk.create("renewed", ECHO);
        sdk.lambda().putFunctionRecursionConfig(request -> request.functionName("renewed")
                .recursiveLoop(RecursiveLoop.ALLOW));
        sdk.lambda().deleteFunction(request -> request.functionName("renewed"));
        // When
        sdk.create("renewed", ECHO);
        // Then
        assertThat(shown("renewed")).isEqualTo(RecursiveLoop.TERMINATE);
    }

    @Test
    void unknown_words_and_functions_are_refused() {
        // Given
        sdk.create("worded", ECHO);
        // Then
        Refusal word =
                Refusal.of(() -> sdk.lambda().putFunctionRecursionConfig(request -> request.functionName("worded")
                        .recursiveLoop("Sometimes")));
        assertThat(word.code()).isEqualTo("ValidationException");
        assertThat(word.message())
                .startsWith("1 validation error detected: Value 'Sometimes' at 'recursiveLoop' failed to satisfy"
                        + " constraint: Member must satisfy enum value set: [");
        assertThat(Refusal.of(() -> shown("nobody")))
                .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "nobody"));
    }
}
