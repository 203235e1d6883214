package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.environment.FunctionEnvironments;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FunctionErrorsTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final TryOut tryOut = new TryOut();

    @AfterEach
    void close() {
        tryOut.close();
    }

    @Test
    void exception_becomes_a_payload_in_the_shape_of_lambdas_java_runtime() throws IOException {
        // Given
        FunctionHandler handler = throwing(new IllegalArgumentException("bad order", new IOException("disk")));
        // When
        FunctionError error = tryOut.error(handler, "{}");
        // Then
        JsonNode payload = JSON.readTree(error.payload());
        assertThat(error.errorType()).isEqualTo("java.lang.IllegalArgumentException");
        assertThat(error.errorMessage()).isEqualTo("bad order");
        assertThat(payload.fieldNames())
                .toIterable()
                .containsExactly("errorMessage", "errorType", "stackTrace", "cause");
        assertThat(payload.path("stackTrace").isArray()).isTrue();
        assertThat(payload.path("cause").path("errorType").asText()).isEqualTo("java.io.IOException");
        assertThat(payload.path("cause").path("errorMessage").asText()).isEqualTo("disk");
    }

    @Test
    void stack_trace_ends_where_the_platform_begins() {
        // When
        FunctionError error =
                TryOut.error(tryOut.run(TryOut.definition(Failing.class.getName() + "::fail"), TryOut.host(), "{}"));
        // Then
        assertThat(error.stackTrace().lines())
                .hasSize(2)
                .allMatch(frame ->
                        frame.startsWith(Failing.class.getName() + ".") && frame.contains("FunctionErrorsTest.java"));
    }

    @Test
    void exception_without_message_has_its_class_as_message() {
        assertThat(tryOut.error(throwing(new NullPointerException()), "{}").errorMessage())
                .isEqualTo("java.lang.NullPointerException");
    }

    @Test
    void exception_whose_message_throws_is_reported_all_the_same() {
        RuntimeException strange = new RuntimeException() {
            @Override
            public String getMessage() {
                throw new IllegalStateException();
            }
        };
        assertThat(tryOut.error(throwing(strange), "{}").errorMessage())
                .startsWith(getClass().getName());
    }

    @Test
    void circle_of_causes_ends() {
        // Given
        RuntimeException outer = new RuntimeException("outer");
        RuntimeException inner = new RuntimeException("inner", outer);
        outer.initCause(inner);
        // When
        FunctionError error = tryOut.error(throwing(outer), "{}");
        // Then
        assertThat(TryOut.payload(error)).containsOnlyOnce("\"outer\"").containsOnlyOnce("\"inner\"");
    }

    @Test
    void stack_overflow_is_a_function_error_and_its_trace_is_bounded() {
        // Given
        FunctionHandler handler = new FunctionHandler() {
            @Override
            @SuppressWarnings("InfiniteRecursion")
            public byte[] handle(byte[] event, FunctionContext context) {
                return handle(event, context);
            }
        };
        // When
        FunctionError error = tryOut.error(handler, "{}");
        // Then
        assertThat(error.errorType()).isEqualTo("java.lang.StackOverflowError");
        assertThat(error.stackTrace().length()).isBetween(1000, 32 * 1024);
        assertThat(error.payload().length).isLessThan(64 * 1024);
    }

    @Test
    void errors_of_the_virtual_machine_do_not_stop_the_next_attempt() {
        // Given
        FunctionHandler handler = (event, context) -> {
            if (event[0] == '1') {
                throw new OutOfMemoryError("no more");
            }
            return event;
        };
        FunctionEnvironments function = tryOut.deploy(handler);
        // When
        FunctionError error = TryOut.error(TryOut.run(function, "1"));
        // Then
        assertThat(error.errorType()).isEqualTo("java.lang.OutOfMemoryError");
        assertThat(TryOut.text(TryOut.run(function, "2"))).isEqualTo("2");
    }

    @Test
    void constructor_that_fails_is_tried_once_more_within_the_invocation_and_then_fails_it() {
        // Given
        SampleHandlers.FailsTwice.MADE.set(0);
        FunctionEnvironments function = tryOut.environments.deploy(
                TryOut.definition(SampleHandlers.FailsTwice.class), TryOut.host(), TryOut.NOTHING);
        // When
        FunctionError error = TryOut.error(TryOut.run(function, "1"));
        // Then
        assertThat(SampleHandlers.FailsTwice.MADE).hasValue(2);
        assertThat(error.errorType()).isEqualTo("java.lang.IllegalStateException");
        assertThat(error.errorMessage()).isEqualTo("the database is not there yet");
        assertThat(TryOut.text(TryOut.run(function, "2"))).isEqualTo("2");
    }

    @Test
    void static_initialisation_that_fails_is_reported_with_its_own_exception() {
        assertThat(TryOut.error(tryOut.run(TryOut.definition(SampleHandlers.BrokenStatics.class), TryOut.host(), "1"))
                        .errorType())
                .isEqualTo("java.lang.NumberFormatException");
    }

    @Test
    void response_of_six_mebibytes_and_a_hundred_bytes_still_fits() {
        FunctionHandler handler = (event, context) -> new byte[6 * 1024 * 1024 + 100];
        assertThat(tryOut.result(handler, "{}")).hasSize(6_291_556);
    }

    @Test
    void larger_response_is_replaced_by_lambdas_error() {
        // Given
        FunctionHandler handler = (event, context) -> new byte[6 * 1024 * 1024 + 101];
        // When
        FunctionError error = tryOut.error(handler, "{}");
        // Then
        assertThat(TryOut.payload(error))
                .isEqualTo("{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size"
                        + " (6291556 bytes).\",\"errorType\":\"Function.ResponseSizeTooLarge\"}");
    }

    private static FunctionHandler throwing(Exception thrown) {
        return (event, context) -> {
            throw thrown;
        };
    }

    public static final class Failing {
        public String fail(Object event) {
            return deeper();
        }

        private static String deeper() {
            throw new IllegalStateException("deep");
        }
    }
}
