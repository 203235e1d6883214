package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.ThrottleReason;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.RecursiveCallException;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InvokeTest {
    private final Door door;

    InvokeTest(@TempDir Path data) {
        this.door = new Door(data).with("orders");
    }

    @BeforeEach
    void forget() {
        door.invoker.forget();
    }

    @AfterAll
    void close() {
        door.close();
    }

    @Test
    void a_request_gets_the_functions_response() {
        // Given
        door.invoker.answer = RecordingInvoker.succeeded("{\"total\":3}");
        // When
        Door.Answer answer = door.invoke("orders", "{\"n\":1}");
        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"total\":3}");
        assertThat(answer.header("X-Amz-Executed-Version")).isEqualTo("$LATEST");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.response().headers().map()).doesNotContainKey("x-amz-function-error");
        Invocation invocation = door.invoker.called.get(0);
        assertThat(invocation.type()).isEqualTo(InvocationType.REQUEST_RESPONSE);
        assertThat(invocation.arn().toString()).isEqualTo(Door.ARN + "orders");
        assertThat(text(invocation)).isEqualTo("{\"n\":1}");
    }

    @Test
    void the_request_id_is_ours_and_the_function_sees_the_same() {
        Door.Answer answer =
                door.invoke("orders", "1", "x-amzn-RequestId", UUID.randomUUID().toString());

        assertThat(UUID.fromString(answer.header("x-amzn-RequestId"))).isNotNull();
        assertThat(door.invoker.called.get(0).id()).isEqualTo(answer.header("x-amzn-RequestId"));
    }

    @Test
    void a_request_id_that_is_none_never_runs() {
        assertThat(door.invoke("orders", "1", "x-amzn-RequestId", "chosen-by-the-caller")
                        .refusal())
                .isEqualTo("400 InvalidRequestContentException {\"Type\":\"User\",\"message\":\"The header"
                        + " x-amzn-RequestId is not a valid UUID.\"}");
        assertNothingRan();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml; charset=UTF-8", "multipart/form-data", "jason"})
    void a_content_type_that_is_not_json_never_runs(String type) {
        assertThat(door.invoke("orders", "1", "Content-Type", type).refusal())
                .isEqualTo("415 UnsupportedMediaTypeException {\"Type\":\"User\",\"message\":\"The content type of the"
                        + " request body is not JSON.\"}");
        assertNothingRan();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON; charset=utf-8",
                "application/cloudevents+json",
                "application/x-amz-json-1.1",
                "application/octet-stream",
                "application/x-www-form-urlencoded"
            })
    void a_content_type_that_may_be_json_runs(String type) {
        assertThat(door.invoke("orders", "1", "Content-Type", type).status()).isEqualTo(200);
    }

    @Test
    void the_end_of_the_log_comes_back_only_to_who_asks_for_it_and_waits() {
        // Given
        door.invoker.answer = Future.succeededFuture(new Invoker.Answer(
                new Outcome.Succeeded("1".getBytes(StandardCharsets.UTF_8)),
                "$LATEST",
                Optional.of("START\nREPORT\n".getBytes(StandardCharsets.UTF_8))));
        // When
        Door.Answer tail = door.invoke("orders", "1", "X-Amz-Log-Type", "Tail");
        door.invoker.answer = RecordingInvoker.succeeded("1");
        Door.Answer none = door.invoke("orders", "1", "X-Amz-Log-Type", "None");
        door.invoke("orders", "1", "X-Amz-Log-Type", "Tail", "X-Amz-Invocation-Type", "Event");
        // Then
        assertThat(tail.header("X-Amz-Log-Result")).isEqualTo(base64("START\nREPORT\n"));
        assertThat(none.header("X-Amz-Log-Result")).isEmpty();
        assertThat(door.invoker.called.get(0).attributes()).containsOnlyKeys(Invocation.LOG_TAIL);
        assertThat(door.invoker.called.get(1).attributes()).isEmpty();
        assertThat(door.invoker.published.get(0).attributes()).isEmpty();
    }

    @Test
    void the_older_form_of_an_event_is_published_too() {
        // When
        Door.Answer answer = door.post("/2014-11-13/functions/orders/invoke-async/", "[1]");
        // Then
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("{\"Status\":202}");
        assertThat(door.invoker.published).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo(InvocationType.EVENT);
            assertThat(event.id()).isEqualTo(answer.header("x-amzn-RequestId"));
            assertThat(text(event)).isEqualTo("[1]");
        });
    }

    @Test
    void the_older_form_refuses_what_is_too_large_no_json_or_for_nobody() {
        String path = "/2014-11-13/functions/orders/invoke-async/";

        assertThat(door.post(path, "\"" + "x".repeat(262_143) + "\"").refusal())
                .isEqualTo("413 RequestEntityTooLargeException {\"message\":\"262145 byte payload is too large for the"
                        + " Event invocation type (limit 262144 bytes)\"}");
        assertThat(door.post(path, "nope").header("x-amzn-ErrorType")).isEqualTo("InvalidRequestContentException");
        assertThat(door.post("/2014-11-13/functions/nobody/invoke-async/", "1").status())
                .isEqualTo(404);
        assertNothingRan();
    }

    @Test
    void a_loop_that_was_stopped_is_a_400() {
        door.invoker.answer = Future.failedFuture(new RecursiveCallException());

        assertThat(door.invoke("orders", "1").refusal())
                .isEqualTo("400 RecursiveInvocationException {\"Type\":\"User\",\"Message\":\"Lambda has detected your"
                        + " function being invoked in a recursive loop with other Amazon Web Services resources and"
                        + " stopped your function's invocation.\"}");
    }

    @Test
    void the_functions_error_is_a_200_with_a_header() {
        door.invoker.answer = RecordingInvoker.ended(
                new Outcome.FunctionError("E", "m", "", "{\"errorMessage\":\"m\"}".getBytes(StandardCharsets.UTF_8)));

        Door.Answer answer = door.invoke("orders", "{}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("X-Amz-Function-Error")).isEqualTo("Unhandled");
        assertThat(answer.header("X-Amz-Executed-Version")).isEqualTo("$LATEST");
        assertThat(answer.body()).isEqualTo("{\"errorMessage\":\"m\"}");
    }

    @Test
    void an_event_is_accepted_without_a_word_once_it_is_published() {
        Door.Answer answer = door.invoke("orders", "[1]", "X-Amz-Invocation-Type", "Event");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.response().headers().map())
                .doesNotContainKeys("x-amz-executed-version", "x-amz-function-error");
        assertThat(door.invoker.published).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo(InvocationType.EVENT);
            assertThat(event.id()).isEqualTo(answer.header("x-amzn-RequestId"));
            assertThat(text(event)).isEqualTo("[1]");
        });
        assertThat(door.invoker.called).isEmpty();
    }

    @Test
    void a_dry_run_runs_nothing() {
        Door.Answer answer = door.invoke("orders", "{}", "X-Amz-Invocation-Type", "DryRun");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("x-amzn-RequestId")).isNotEmpty();
        assertNothingRan();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RequestResponse", "Event"})
    void an_empty_body_is_an_empty_object(String type) {
        door.invoke("orders", "", "X-Amz-Invocation-Type", type);

        assertThat(door.invoker.called.isEmpty() ? door.invoker.published : door.invoker.called)
                .singleElement()
                .satisfies(invocation -> assertThat(text(invocation)).isEqualTo("{}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "3.5e7", "\"text\"", "[ ]", " {\"a\":[{}]} ", "\"\\u00e9é😀\""})
    void any_json_value_is_a_payload_and_reaches_the_function_byte_for_byte(String json) {
        assertThat(door.invoke("orders", json).status()).isEqualTo(200);
        assertThat(text(door.invoker.called.get(0))).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "nope", "{} {}", "{'a':1}", "[1,]", "   ", "\"open", "{\"a\":1,}"})
    void a_body_that_is_not_json_never_runs(String body) {
        Door.Answer answer = door.invoke("orders", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("InvalidRequestContentException");
        assertThat(answer.json().get("Type").asText()).isEqualTo("User");
        assertThat(answer.json().get("message").asText())
                .startsWith("Could not parse request body into json: Could not parse payload into json: ");
        assertNothingRan();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            orders                                                            | -       | arn:aws:lambda:us-east-1:000000000000:function:orders
            orders:$LATEST                                                    | -       | arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST
            orders%3A%24LATEST                                                | -       | arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST
            orders                                                            | $LATEST | arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST
            orders:$LATEST                                                    | $LATEST | arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST
            000000000000:function:orders                                      | -       | arn:aws:lambda:us-east-1:000000000000:function:orders
            function:orders                                                   | -       | arn:aws:lambda:us-east-1:000000000000:function:orders
            us-east-1:000000000000:function:orders                            | -       | arn:aws:lambda:us-east-1:000000000000:function:orders
            arn:aws:lambda:us-east-1:000000000000:function:orders             | -       | arn:aws:lambda:us-east-1:000000000000:function:orders
            arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aorders | -       | arn:aws:lambda:us-east-1:000000000000:function:orders
            arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST     | -       | arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST
            """)
    void a_function_has_many_names(String name, String qualifier, String arn) {
        Door.Answer answer = door.post(path(name, qualifier), "{}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(door.invoker.called.get(0).arn().toString()).isEqualTo(arn);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            textBlock =
                    """
            none             ¦ -       ¦ 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:none:$LATEST"}
            none             ¦ $LATEST ¦ 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:none:$LATEST"}
            orders           ¦ 7       ¦ 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:orders:7"}
            orders:live      ¦ -       ¦ 404 ResourceNotFoundException {"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:orders:live"}
            orders:1         ¦ 2       ¦ 400 InvalidParameterValueException {"Type":"User","message":"The derived qualifier from the function name does not match the specified qualifier."}
            orders           ¦ a%20b   ¦ 400 ValidationException {"message":"1 validation error detected: Value 'a b' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \\\\$(LATEST(\\\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"}
            eu-west-1:000000000000:function:orders ¦ - ¦ 404 ResourceNotFoundException {"Type":"User","Message":"Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"}
            123456789012:function:orders           ¦ - ¦ 403 AccessDeniedException {"Message":"User: arn:aws:iam::000000000000:root is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:123456789012:function:orders"}
            """)
    void a_function_that_cannot_be_reached_never_runs(String name, String qualifier, String refusal) {
        Door.Answer answer = door.post(path(name, qualifier), "{}");

        assertThat(answer.refusal()).isEqualTo(refusal);
        assertThat(UUID.fromString(answer.header("x-amzn-RequestId"))).isNotNull();
        assertNothingRan();
    }

    @ParameterizedTest
    @ValueSource(strings = {"or%20ders", "a:b:c:d:e", "..%2F..%2Fetc", "%00", "%C3%A9", "orders:$OLDEST", "*"})
    void a_malformed_name_is_a_validation_error(String name) {
        Door.Answer answer = door.invoke(name, "{}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("ValidationException");
        assertThat(answer.json().get("message").asText())
                .startsWith("1 validation error detected: Value '")
                .contains("' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression"
                        + " pattern: ");
        assertThat(answer.json().has("Type")).isFalse();
        assertNothingRan();
    }

    @Test
    void names_beyond_256_and_unknown_types_are_reported_in_lambdas_words() {
        assertThat(door.invoke("a".repeat(257), "{}").json().get("message").asText())
                .endsWith("Member must have length less than or equal to 256");
        assertThat(door.invoke("orders", "{}", "X-Amz-Invocation-Type", "Later", "X-Amz-Log-Type", "All")
                        .refusal())
                .isEqualTo("400 ValidationException {\"message\":\"2 validation errors detected: Value 'Later' at"
                        + " 'invocationType' failed to satisfy constraint: Member must satisfy enum value set:"
                        + " [Event, RequestResponse, DryRun]; Value 'All' at 'logType' failed to satisfy constraint:"
                        + " Member must satisfy enum value set: [None, Tail]\"}");
    }

    @Test
    void without_a_permit_the_answer_is_429_with_its_reason() {
        door.invoker.answer = RecordingInvoker.ended(
                new Outcome.Throttled(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED));

        Door.Answer answer = door.invoke("orders", "{}");

        assertThat(answer.refusal())
                .isEqualTo("429 TooManyRequestsException {\"Reason\":"
                        + "\"ReservedFunctionConcurrentInvocationLimitExceeded\",\"Type\":\"User\",\"message\":\"Rate"
                        + " Exceeded.\"}");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RequestResponse", "Event"})
    void without_a_broker_the_answer_is_503(String type) {
        door.invoker.answer = Future.failedFuture(new BrokerUnavailableException("broker 127.0.0.1:5672 is away"));
        door.invoker.confirmation =
                Future.failedFuture(new BrokerUnavailableException("broker 127.0.0.1:5672 is away"));

        Door.Answer answer = door.invoke("orders", "{}", "X-Amz-Invocation-Type", type);

        assertThat(answer.refusal())
                .isEqualTo("503 ServiceUnavailableException {\"Type\":\"Service\",\"Message\":\"The broker is not"
                        + " available: broker 127.0.0.1:5672 is away\"}");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
    }

    @Test
    void a_fault_of_ours_is_a_500_that_tells_nothing_of_it() {
        door.invoker.answer = Future.failedFuture(new IllegalStateException("secret"));

        assertThat(door.invoke("orders", "{}").refusal())
                .isEqualTo("500 ServiceException {\"Type\":\"Service\",\"Message\":\"An error occurred and the request"
                        + " cannot be processed.\"}");
    }

    @Test
    void an_answer_that_does_not_come_is_a_500() {
        door.invoker.answer = Future.failedFuture(new TimeoutException());

        assertThat(door.invoke("orders", "{}").refusal())
                .isEqualTo("500 ServiceException {\"Type\":\"Service\",\"Message\":\"The answer of the function did not"
                        + " arrive in time.\"}");
    }

    @Test
    void the_client_context_reaches_the_function_of_a_waiting_caller_only() {
        String context = base64("{\"custom\":{\"a\":\"ü\"}}");

        door.invoke("orders", "{}", "X-Amz-Client-Context", context);
        door.invoke("orders", "{}", "X-Amz-Client-Context", context, "X-Amz-Invocation-Type", "Event");

        assertThat(door.invoker.called.get(0).clientContext()).contains("{\"custom\":{\"a\":\"ü\"}}");
        assertThat(door.invoker.published.get(0).clientContext()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%%%", "bm90IGpzb24=", "WzFd", "//79"})
    void a_client_context_that_is_not_base64_of_an_object_never_runs(String context) {
        Door.Answer answer = door.invoke("orders", "{}", "X-Amz-Client-Context", context);

        assertThat(answer.refusal())
                .isEqualTo("400 InvalidRequestContentException {\"Type\":\"User\",\"message\":\"Client context must be"
                        + " a valid Base64-encoded JSON object.\"}");
        assertNothingRan();
    }

    @Test
    void a_client_context_may_have_3583_bytes() {
        String largest = "{\"a\":\"" + "x".repeat(3583 - 8) + "\"}";

        assertThat(door.invoke("orders", "{}", "X-Amz-Client-Context", base64(largest))
                        .status())
                .isEqualTo(200);
        assertThat(door.invoke("orders", "{}", "X-Amz-Client-Context", base64(largest + " "))
                        .refusal())
                .isEqualTo("400 InvalidRequestContentException {\"Type\":\"User\",\"message\":\"Client context is 3584"
                        + " bytes, expected at most 3583.\"}");
    }

    @Test
    void the_trace_travels_with_the_invocation() {
        door.invoke("orders", "{}", "X-Amzn-Trace-Id", "Root=1-2-3;Sampled=1");
        door.invoke("orders", "{}");

        assertThat(door.invoker.called)
                .extracting(Invocation::attributes)
                .containsExactly(Map.of("X-Amzn-Trace-Id", "Root=1-2-3;Sampled=1"), Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Amz-Durable-Execution-Name", "X-Amz-Tenant-Id"})
    void what_is_not_supported_is_refused_rather_than_ignored(String header) {
        assertThat(door.invoke("orders", "{}", header, "x").refusal())
                .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"The header " + header
                        + " is not supported.\"}");
        assertNothingRan();
    }

    private void assertNothingRan() {
        assertThat(door.invoker.called).isEmpty();
        assertThat(door.invoker.published).isEmpty();
    }

    private static String path(String name, String qualifier) {
        return "/2015-03-31/functions/" + name + "/invocations"
                + Optional.of(qualifier)
                        .filter(q -> !q.equals("-"))
                        .map(q -> "?Qualifier=" + q)
                        .orElse("");
    }

    private static String text(Invocation invocation) {
        return new String(invocation.payload(), StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
