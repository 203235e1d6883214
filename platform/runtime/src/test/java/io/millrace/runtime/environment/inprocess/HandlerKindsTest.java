package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.environment.InvalidHandlerException;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HandlerKindsTest {
    private static final String SAMPLES = "io.millrace.runtime.environment.inprocess.SampleHandlers$";
    private static final String ORDER = "{\"id\":\"a\",\"amount\":2}";

    private final TryOut tryOut = new TryOut();

    @AfterEach
    void close() {
        tryOut.close();
    }

    @Test
    void request_handler_gets_its_type_and_its_result_becomes_json() {
        assertThat(tryOut.result(new SampleHandlers.Upper(), "\"abc\"")).isEqualTo("\"ABC\"");
    }

    @Test
    void type_of_a_request_handler_is_found_behind_generic_superclasses() {
        assertThat(tryOut.result(new SampleHandlers.OfOrders(), "[" + ORDER + "]"))
                .isEqualTo("{\"first\":{\"id\":\"a\",\"amount\":2,\"note\":null}}");
    }

    @Test
    void stream_handler_reads_and_writes_bytes() {
        assertThat(tryOut.result(new SampleHandlers.Reverse(), "not json")).isEqualTo("nosj ton");
    }

    @Test
    void function_handler_reads_and_writes_bytes() {
        FunctionHandler handler = (event, context) -> event;
        assertThat(tryOut.result(handler, "not json")).isEqualTo("not json");
    }

    @Test
    void function_of_byte_arrays_gets_them_untouched() {
        assertThat(tryOut.result(new SampleHandlers.Raw(), "not json")).isEqualTo("not json");
    }

    @Test
    void typed_function_is_mapped_like_a_request_handler() {
        Function<SampleHandlers.Order, Integer> anonymous = new Function<>() {
            @Override
            public Integer apply(SampleHandlers.Order order) {
                return order.amount() + 1;
            }
        };
        assertThat(tryOut.result(anonymous, ORDER)).isEqualTo("3");
    }

    @Test
    void lambda_expression_without_types_gets_maps_lists_strings_and_numbers() {
        Function<Map<String, Object>, Object> handler =
                event -> event.get("amount") + " " + event.getClass().getSimpleName();
        assertThat(tryOut.result(handler, ORDER)).isEqualTo("\"2 LinkedHashMap\"");
    }

    @Test
    void request_handler_as_lambda_expression_works_too() {
        RequestHandler<Object, Object> handler = (event, context) -> context.getFunctionName();
        assertThat(tryOut.result(handler, "{}")).isEqualTo("\"orders\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            Upper                      | "x"    | "X"
            Upper::handleRequest       | "x"    | "X"
            Echo                       | 1      | 1
            Methods::greet             | "bob"  | "hello bob"
            Methods::greetWithContext  | "bob"  | "hello bob from orders"
            Methods::overloaded        | "x"    | "with context"
            Methods::twice             | 21     | 42
            Methods::stream            | [1, 2] | [1, 2]
            Methods::streamWithContext | 1      | "8f507cfc-1b2c-4f2d-9a34-8f5c2a3f4b5c"
            Methods::nothing           | {}     | null
            Methods::same              | {"id":"a","amount":2} | {"id":"a","amount":2,"note":null}
            """)
    void class_of_the_embedding_service_runs_by_name(String handler, String event, String result) {
        assertThat(tryOut.resultOf(SAMPLES + handler, event)).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            Nowhere          | no class io.millrace.runtime.environment.inprocess.SampleHandlers$Nowhere in its code
            NoConstructor    | has no public constructor without arguments
            Bean             | implements none of RequestHandler, RequestStreamHandler, FunctionHandler
            Methods::absent  | has no public method 'absent'
            Methods::hidden  | has no public method 'hidden'
            Methods::tooMany | no overload of 'tooMany' fits, expected a public method with the parameters ()
            Methods::a::b    | expected package.Class or package.Class::method
            """)
    void handler_that_cannot_be_called_is_refused_when_it_is_deployed(String handler, String reason) {
        assertThatExceptionOfType(InvalidHandlerException.class)
                .isThrownBy(() ->
                        tryOut.environments.deploy(TryOut.definition(SAMPLES + handler), TryOut.host(), TryOut.NOTHING))
                .withMessageStartingWith("handler '" + SAMPLES + handler + "' of function 'orders' cannot be run: ")
                .withMessageContaining(reason);
    }

    @Test
    void object_that_is_no_handler_is_refused_when_it_is_deployed() {
        assertThatExceptionOfType(InvalidHandlerException.class)
                .isThrownBy(() -> tryOut.deploy("a string"))
                .withMessageContaining("java.lang.String")
                .withMessageContaining("expected one of them");
    }

    @Test
    void deploying_a_class_creates_no_handler_object() {
        // Given
        int before = SampleHandlers.Counting.MADE.get();
        // When
        tryOut.environments.deploy(TryOut.definition(SampleHandlers.Counting.class), TryOut.host(), TryOut.NOTHING);
        // Then
        assertThat(SampleHandlers.Counting.MADE).hasValue(before);
    }
}
