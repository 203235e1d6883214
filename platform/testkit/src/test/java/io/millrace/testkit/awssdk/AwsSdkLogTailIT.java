package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;

/** The end of a function's log, along with its answer (lambda-semantics 1.1, 1.7). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkLogTailIT {
    private static final String CHATTY =
            """
            def handler(event, context):
                for i in range(event["lines"]):
                    print("line", i, "of", context.aws_request_id)
                if event.get("fail"):
                    raise ValueError("no luck")
            """;

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    private static InvokeResponse tailed(String name, String json) {
        return sdk.lambda()
                .invoke(request ->
                        request.functionName(name).logType(LogType.TAIL).payload(SdkBytes.fromUtf8String(json)));
    }

    private static String log(InvokeResponse answer) {
        return new String(Base64.getDecoder().decode(answer.logResult()), StandardCharsets.UTF_8);
    }

    @Test
    void the_log_has_what_the_function_printed_between_start_end_and_report() {
        // Given
        sdk.create("chatty", CHATTY);
        // When
        InvokeResponse answer = tailed("chatty", "{\"lines\":2}");
        // Then
        String id = answer.responseMetadata().requestId();
        assertThat(answer.functionError()).isNull();
        assertThat(log(answer))
                .containsSubsequence(
                        "START RequestId: " + id + " Version: $LATEST\n",
                        "line 0 of " + id + "\n",
                        "line 1 of " + id + "\n",
                        "END RequestId: " + id + "\n",
                        "REPORT RequestId: " + id + "\tDuration: ")
                .containsPattern(
                        "\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory"
                                + " Used: \\d+ MB\t");
    }

    @Test
    void a_log_has_only_its_own_invocation() {
        // Given
        sdk.create("separate", CHATTY);
        String first = tailed("separate", "{\"lines\":1}").responseMetadata().requestId();
        // When
        String second = log(tailed("separate", "{\"lines\":1}"));
        // Then
        assertThat(second).doesNotContain(first).doesNotContain("Init Duration");
    }

    @Test
    void a_long_log_is_told_from_its_end() {
        // Given
        sdk.create("long", CHATTY);
        // When
        InvokeResponse answer = tailed("long", "{\"lines\":500}");
        // Then
        assertThat(Base64.getDecoder().decode(answer.logResult())).hasSizeLessThanOrEqualTo(4096);
        assertThat(log(answer))
                .contains("line 499 of ")
                .contains("REPORT RequestId: " + answer.responseMetadata().requestId())
                .doesNotContain("line 0 of ");
    }

    @Test
    void an_error_of_the_function_comes_with_its_log_too() {
        // Given
        sdk.create("failing", CHATTY);
        // When
        InvokeResponse answer = tailed("failing", "{\"lines\":1,\"fail\":true}");
        // Then
        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(log(answer)).contains("line 0 of ").contains("ValueError").contains("END RequestId: ");
    }

    @Test
    void there_is_none_where_it_was_not_asked_for_or_nothing_ran() {
        // Given
        sdk.create("silent", CHATTY);
        // Then
        assertThat(sdk.invoke("silent", "{\"lines\":1}").logResult()).isNull();
        assertThat(sdk.lambda()
                        .invoke(request -> request.functionName("silent")
                                .logType(LogType.TAIL)
                                .invocationType(InvocationType.DRY_RUN))
                        .logResult())
                .isNull();
    }
}
