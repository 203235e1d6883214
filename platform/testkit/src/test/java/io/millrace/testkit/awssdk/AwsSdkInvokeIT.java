package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ThrottleReason;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/** The ways to invoke, and what comes back (lambda-semantics 1.1 to 1.6). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkInvokeIT {
    private static final String ECHO = "def handler(event, context): return event";
    private static final String RAISE = "def handler(event, context): raise ValueError('no ' + event['what'])";
    private static final String CONTEXT =
            """
            def handler(event, context):
                client = context.client_context
                return {
                    "arn": context.invoked_function_arn,
                    "version": context.function_version,
                    "memory": context.memory_limit_in_mb,
                    "id": context.aws_request_id,
                    "client": client.custom if client else None,
                }
            """;

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class RequestResponse {
        @Test
        void the_result_comes_back_with_the_version_that_ran() {
            // Given
            sdk.create("echo", ECHO);
            // When
            InvokeResponse answer = sdk.invoke("echo", "{\"text\":\"é€𝄞\",\"numbers\":[1,2.5,null]}");
            // Then
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.executedVersion()).isEqualTo("$LATEST");
            assertThat(answer.functionError()).isNull();
            assertThat(answer.payload().asUtf8String().replaceAll("\\s", ""))
                    .isIn(
                            "{\"text\":\"é€𝄞\",\"numbers\":[1,2.5,null]}",
                            "{\"text\":\"\\u00e9\\u20ac\\ud834\\udd1e\",\"numbers\":[1,2.5,null]}");
        }

        @Test
        void nothing_sent_is_an_empty_object_and_nothing_returned_is_null() {
            // Given
            sdk.create("nothing", "def handler(event, context):\n    assert event == {}, event");
            // When
            InvokeResponse answer = sdk.lambda().invoke(request -> request.functionName("nothing"));
            // Then
            assertThat(answer.functionError()).isNull();
            assertThat(answer.payload().asUtf8String()).isEqualTo("null");
        }

        @Test
        void an_exception_of_the_function_is_an_answer_that_says_so() {
            // Given
            sdk.create("raise", RAISE);
            // When
            InvokeResponse answer = sdk.invoke("raise", "{\"what\":\"luck\"}");
            // Then
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.functionError()).isEqualTo("Unhandled");
            assertThat(answer.executedVersion()).isEqualTo("$LATEST");
            assertThat(answer.payload().asUtf8String().replace(" ", ""))
                    .contains("\"errorMessage\":\"noluck\"")
                    .contains("\"errorType\":\"ValueError\"")
                    .contains("\"requestId\":\"" + answer.responseMetadata().requestId() + "\"")
                    .contains("\"stackTrace\":[");
        }

        @Test
        void a_function_that_takes_too_long_times_out() {
            // Given
            sdk.create(
                    "slow",
                    "import time\ndef handler(event, context): time.sleep(60)",
                    function -> function.timeout(1));
            // When
            InvokeResponse answer = sdk.invoke("slow", "{}");
            // Then
            assertThat(answer.functionError()).isEqualTo("Unhandled");
            assertThat(answer.payload().asUtf8String())
                    .isEqualTo("{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: "
                            + answer.responseMetadata().requestId()
                            + " Error: Task timed out after 1.00 seconds\"}");
        }

        @Test
        void a_function_that_exits_is_an_error_too() {
            // Given
            sdk.create("exits", "import os\ndef handler(event, context): os._exit(3)");
            // When
            InvokeResponse answer = sdk.invoke("exits", "{}");
            // Then
            assertThat(answer.functionError()).isEqualTo("Unhandled");
            assertThat(answer.payload().asUtf8String())
                    .isEqualTo("{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: "
                            + answer.responseMetadata().requestId()
                            + " Error: Runtime exited with error: exit status 3\"}");
        }

        @Test
        void the_client_context_reaches_the_function() {
            // Given
            sdk.create("context", CONTEXT);
            String context = Base64.getEncoder()
                    .encodeToString("{\"custom\":{\"tenant\":\"blue\"}}".getBytes(StandardCharsets.UTF_8));
            // When
            InvokeResponse answer = sdk.lambda()
                    .invoke(request -> request.functionName("context").clientContext(context));
            // Then
            assertThat(answer.payload().asUtf8String().replace(" ", ""))
                    .contains("\"client\":{\"tenant\":\"blue\"}")
                    .contains("\"memory\":\"128\"")
                    .contains("\"id\":\"" + answer.responseMetadata().requestId() + "\"");
        }
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Event {
        @Test
        void an_event_is_accepted_and_runs_later() {
            // Given
            sdk.create("later", ECHO);
            // When
            InvokeResponse accepted = sdk.lambda().invoke(request -> request.functionName("later")
                    .invocationType(InvocationType.EVENT)
                    .payload(SdkBytes.fromUtf8String("{\"id\":1}")));
            // Then
            assertThat(accepted.statusCode()).isEqualTo(202);
            assertThat(accepted.payload().asByteArray()).isEmpty();
            assertThat(accepted.executedVersion()).isNull();
            assertThat(accepted.functionError()).isNull();
            assertThat(Objects.requireNonNull(millrace.awaitQuiet().get("later"))
                            .succeeded())
                    .isEqualTo(1);
        }

        @Test
        void an_event_that_fails_is_accepted_too_and_dies_after_its_retries() {
            // Given
            sdk.create("dies", RAISE);
            // When
            InvokeResponse accepted = sdk.lambda().invoke(request -> request.functionName("dies")
                    .invocationType(InvocationType.EVENT)
                    .payload(SdkBytes.fromUtf8String("{\"what\":\"hope\"}")));
            // Then
            assertThat(accepted.statusCode()).isEqualTo(202);
            assertThat(accepted.functionError()).isNull();
            assertThat(Objects.requireNonNull(millrace.awaitQuiet().get("dies")).deadLettered())
                    .isEqualTo(1);
            assertThat(millrace.deadLetters("dies")).singleElement().satisfies(dead -> assertThat(dead.id())
                    .isEqualTo(accepted.responseMetadata().requestId()));
        }
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class DryRun {
        @Test
        void nothing_runs() {
            // Given
            sdk.create("dry", "def handler(event, context): raise RuntimeError('ran')");
            // When
            InvokeResponse answer =
                    sdk.lambda().invoke(request -> request.functionName("dry").invocationType(InvocationType.DRY_RUN));
            // Then
            assertThat(answer.statusCode()).isEqualTo(204);
            assertThat(answer.payload().asByteArray()).isEmpty();
            assertThat(answer.functionError()).isNull();
            assertThat(answer.executedVersion()).isNull();
        }

        @Test
        void an_unknown_function_is_told() {
            assertThat(Refusal.of(() -> sdk.lambda()
                            .invoke(request -> request.functionName("nobody").invocationType(InvocationType.DRY_RUN))))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "nobody:$LATEST"));
        }
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Qualifiers {
        @ParameterizedTest(name = "{0} with the qualifier {1} is {2}, version {3}")
        @CsvSource(
                nullValues = "none",
                value = {
                    "named, none, named, $LATEST",
                    "named, $LATEST, named:$LATEST, $LATEST",
                    "named, 1, named:1, 1",
                    "named, live, named:live, 1",
                    "named:live, none, named:live, 1",
                    "named:1, 1, named:1, 1",
                    "000000000000:function:named, none, named, $LATEST",
                    "000000000000:function:named:live, none, named:live, 1",
                    "arn:aws:lambda:us-east-1:000000000000:function:named, none, named, $LATEST",
                    "arn:aws:lambda:us-east-1:000000000000:function:named, live, named:live, 1",
                    "arn:aws:lambda:us-east-1:000000000000:function:named:1, none, named:1, 1",
                })
        void every_way_to_name_a_version_leads_to_it(String name, String qualifier, String arn, String version) {
            // Given
            if (!exists("named")) {
                sdk.create("named", CONTEXT);
                sdk.publish("named");
                sdk.lambda()
                        .createAlias(request ->
                                request.functionName("named").name("live").functionVersion("1"));
            }
            // When
            InvokeResponse answer =
                    sdk.lambda().invoke(request -> request.functionName(name).qualifier(qualifier));
            // Then
            assertThat(answer.executedVersion()).isEqualTo(version);
            assertThat(answer.payload().asUtf8String().replace(" ", ""))
                    .contains("\"arn\":\"" + SdkClient.ARN + arn + "\"")
                    .contains("\"version\":\"" + version + "\"");
        }

        private static boolean exists(String name) {
            return sdk.lambda().listFunctionsPaginator().functions().stream()
                    .anyMatch(function -> function.functionName().equals(name));
        }

        @Test
        void two_that_differ_are_refused() {
            assertThat(Refusal.of(() -> sdk.lambda()
                            .invoke(request -> request.functionName("any:1").qualifier("2"))))
                    .isEqualTo(Refusal.invalid("The derived qualifier from the function name does not match the"
                            + " specified qualifier."));
        }
    }

    @Nested
    @DisplayNameGeneration(ReplaceUnderscores.class)
    class Refusals {
        @Test
        void an_unknown_function_or_qualifier_is_not_found() {
            // Given
            sdk.create("known", ECHO);
            // Then
            assertThat(Refusal.of(() -> sdk.invoke("nobody", "{}")))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "nobody:$LATEST"));
            assertThat(Refusal.of(() -> sdk.invoke("known:7", "{}")))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "known:7"));
            assertThat(Refusal.of(() -> sdk.invoke("known:live", "{}")))
                    .isEqualTo(Refusal.notFound("Function not found: " + SdkClient.ARN + "known:live"));
        }

        @Test
        void a_payload_that_is_no_json_is_refused() {
            // Given
            sdk.create("json-only", ECHO);
            // When
            InvalidRequestContentException refused =
                    Refusal.thrown(InvalidRequestContentException.class, () -> sdk.invoke("json-only", "{\"torn\":"));
            // Then
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.awsErrorDetails().errorMessage())
                    .startsWith("Could not parse request body into json: Could not parse payload into json: ");
            assertThat(refused.type()).isEqualTo("User");
        }

        @Test
        void a_payload_that_is_too_large_is_refused() {
            // Given
            sdk.create("small", ECHO);
            // Then
            assertThat(Refusal.of(() -> sdk.invoke("small", '"' + "x".repeat(6_291_456) + '"')))
                    .isEqualTo(new Refusal(
                            413,
                            "RequestEntityTooLargeException",
                            "Request must be smaller than 6291456 bytes for the InvokeFunction operation"));
            assertThat(Refusal.of(() -> sdk.lambda().invoke(request -> request.functionName("small")
                            .invocationType(InvocationType.EVENT)
                            .payload(SdkBytes.fromUtf8String('"' + "x".repeat(1_048_576) + '"')))))
                    .isEqualTo(new Refusal(
                            413,
                            "RequestEntityTooLargeException",
                            "1048578 byte payload is too large for the Event invocation type (limit 1048576 bytes)"));
        }

        @Test
        void an_unknown_type_of_invocation_breaks_the_description() {
            assertThat(Refusal.of(() -> sdk.lambda()
                            .invoke(request -> request.functionName("any").invocationType("Sometimes"))))
                    .isEqualTo(Refusal.validation("1 validation error detected: Value 'Sometimes' at 'invocationType'"
                            + " failed to satisfy constraint: Member must satisfy enum value set:"
                            + " [Event, RequestResponse, DryRun]"));
        }

        @Test
        void a_function_without_concurrency_throttles_and_says_why() {
            // Given
            sdk.create("closed", ECHO);
            sdk.lambda().putFunctionConcurrency(request -> request.functionName("closed")
                    .reservedConcurrentExecutions(0));
            // When
            TooManyRequestsException refused =
                    Refusal.thrown(TooManyRequestsException.class, () -> sdk.invoke("closed", "{}"));
            // Then
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("TooManyRequestsException");
            assertThat(refused.awsErrorDetails().errorMessage()).isEqualTo("Rate Exceeded.");
            assertThat(refused.reason())
                    .isEqualTo(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
            assertThat(refused.type()).isEqualTo("User");
            assertThat(refused.retryAfterSeconds()).isEqualTo("1");
        }

        @Test
        void a_client_context_that_is_no_json_or_too_long_is_refused() {
            // Given
            sdk.create("contextual", ECHO);
            String tooLong = Base64.getEncoder()
                    .encodeToString(
                            ("{\"custom\":{\"a\":\"" + "x".repeat(3600) + "\"}}").getBytes(StandardCharsets.UTF_8));
            // Then
            assertThat(Refusal.of(() -> sdk.lambda().invoke(request -> request.functionName("contextual")
                                    .clientContext("bm8ganNvbg==")))
                            .code())
                    .isEqualTo("InvalidRequestContentException");
            assertThat(Refusal.of(() -> sdk.lambda().invoke(request -> request.functionName("contextual")
                                    .clientContext(tooLong)))
                            .code())
                    .isEqualTo("InvalidRequestContentException");
        }
    }
}
