package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.millrace.core.invocation.Outcome.FunctionError;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class JsonMappingTest {
    private final TryOut tryOut = new TryOut();

    @AfterEach
    void close() {
        tryOut.close();
    }

    @Test
    void unknown_properties_are_ignored_and_null_values_left_out() {
        assertThat(tryOut.result(new SampleHandlers.Doubled(), "{\"id\":\"a\",\"amount\":2,\"colour\":\"red\"}"))
                .isEqualTo("{\"id\":\"a\",\"amount\":4,\"note\":null}");
    }

    @Test
    void times_and_optionals_are_understood() {
        assertThat(tryOut.result(
                        new SampleHandlers.Doubled(),
                        "{\"id\":\"a\",\"amount\":1,\"placed\":\"2026-01-02T03:04:05Z\",\"note\":\"fragile\"}"))
                .isEqualTo("{\"id\":\"a\",\"amount\":2,\"placed\":1767323045.000000000,\"note\":\"fragile\"}");
    }

    @Test
    void beans_and_public_fields_work() {
        assertThat(tryOut.result(new SampleHandlers.BeanNamer(), "{\"name\":\"a\",\"size\":3}"))
                .contains("\"name\":\"a!\"")
                .contains("\"size\":3");
    }

    @Test
    void property_names_are_case_sensitive_as_in_lambda() {
        assertThat(tryOut.result(new SampleHandlers.BeanNamer(), "{\"NAME\":\"a\"}"))
                .contains("\"name\":\"!\"");
    }

    @Test
    void nothing_becomes_null() {
        assertThat(tryOut.result(new SampleHandlers.Silent(), "{}")).isEqualTo("null");
    }

    @Test
    void queue_event_of_the_events_library_keeps_its_fields_in_lambdas_spelling() {
        assertThat(tryOut.result(
                        new SampleHandlers.Queue(),
                        "{\"Records\":[{\"messageId\":\"m1\",\"eventSourceARN\":\"arn\",\"body\":\"x\"}]}"))
                .isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":\"m1\"}]}");
    }

    @Test
    void topic_event_of_the_events_library_is_read() {
        assertThat(tryOut.result(new SampleHandlers.Topic(), "{\"Records\":[{\"Sns\":{\"Message\":\"hi\"}}]}"))
                .isEqualTo("\"hi\"");
    }

    @Test
    void bucket_event_of_the_events_library_is_read() {
        assertThat(
                        tryOut.result(
                                new SampleHandlers.Bucket(),
                                """
                        {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1",
                         "eventTime":"2026-01-02T03:04:05.000Z","eventName":"ObjectCreated:Put",
                         "userIdentity":{"principalId":"p"},"requestParameters":{"sourceIPAddress":"127.0.0.1"},
                         "responseElements":{"x-amz-request-id":"r","x-amz-id-2":"i"},
                         "s3":{"s3SchemaVersion":"1.0","configurationId":"c",
                          "bucket":{"name":"b","ownerIdentity":{"principalId":"p"},"arn":"arn:aws:s3:::b"},
                          "object":{"key":"k","size":1,"eTag":"e","sequencer":"s"}}}]}
                        """))
                .isEqualTo("\"k\"");
    }

    @Test
    void scheduled_event_of_the_events_library_is_read_with_its_time() {
        assertThat(tryOut.result(
                        new SampleHandlers.Schedule(),
                        "{\"detail-type\":\"Scheduled Event\",\"time\":\"2026-01-02T03:04:05Z\"}"))
                .isEqualTo("\"Scheduled Event 2026\"");
    }

    @Test
    void event_that_is_no_json_fails_with_its_place_but_without_its_content() {
        // When
        FunctionError error = tryOut.error(new SampleHandlers.Doubled(), "{\"id\": s3cret}");
        // Then
        assertThat(error.errorType()).isEqualTo("java.lang.RuntimeException");
        assertThat(error.errorMessage())
                .startsWith("An error occurred during JSON parsing: the event cannot be read as "
                        + SampleHandlers.Order.class.getName())
                .contains("line 1, column");
        assertThat(TryOut.payload(error)).doesNotContain("s3cret");
    }

    @Test
    void event_that_does_not_fit_the_type_fails_with_the_property() {
        // When
        FunctionError error = tryOut.error(new SampleHandlers.Doubled(), "{\"id\":\"a\",\"amount\":\"s3cret\"}");
        // Then
        assertThat(error.errorMessage()).contains("at amount");
        assertThat(TryOut.payload(error)).doesNotContain("s3cret");
    }

    @Test
    void event_of_the_events_library_that_is_no_json_fails_the_same_way() {
        assertThat(tryOut.error(new SampleHandlers.Queue(), "s3cret").errorMessage())
                .startsWith("An error occurred during JSON parsing: the event cannot be read as "
                        + "com.amazonaws.services.lambda.runtime.events.SQSEvent")
                .doesNotContain("s3cret");
    }

    @Test
    void result_that_cannot_be_written_fails_the_attempt() {
        // Given
        RequestHandler<Object, Object> handler = (event, context) -> new SampleHandlers.BrokenGetter();
        // When
        FunctionError error = tryOut.error(handler, "{}");
        // Then
        assertThat(error.errorType()).isEqualTo("java.lang.RuntimeException");
        assertThat(error.errorMessage()).startsWith("An error occurred during JSON serialization of response");
    }

    @Test
    void string_result_of_a_lambda_expression_becomes_a_json_string() {
        Function<Object, Object> handler = event -> "a \"quoted\" word";
        assertThat(tryOut.result(handler, "{}")).isEqualTo("\"a \\\"quoted\\\" word\"");
    }
}
