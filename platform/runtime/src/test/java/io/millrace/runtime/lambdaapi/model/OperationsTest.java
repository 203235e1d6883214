package io.millrace.runtime.lambdaapi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which operation a method, a path and a query mean. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class OperationsTest {
    private final Operations operations = Operations.described();

    @Test
    void the_api_has_85_operations() {
        assertThat(operations.all()).hasSize(85);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            GET    | /2015-03-31/functions                                         |                   | ListFunctions
            GET    | /2015-03-31/functions/                                        |                   | ListFunctions
            POST   | /2015-03-31/event-source-mappings/                            |                   | CreateEventSourceMapping
            POST   | /2015-03-31/functions/orders/invocations                      |                   | Invoke
            DELETE | /2015-03-31/functions/orders/aliases/live/                    |                   | DeleteAlias
            GET    | /2019-09-30/functions/orders/provisioned-concurrency          |                   | GetProvisionedConcurrencyConfig
            GET    | /2019-09-30/functions/orders/provisioned-concurrency          | List=ALL          | ListProvisionedConcurrencyConfigs
            GET    | /2019-09-30/functions/orders/provisioned-concurrency          | List=SOME         | GetProvisionedConcurrencyConfig
            GET    | /2018-10-31/layers                                            | find=LayerVersion | GetLayerVersionByArn
            GET    | /2018-10-31/layers                                            |                   | ListLayers
            GET    | /2019-09-25/functions/orders/event-invoke-config/list         |                   | ListFunctionEventInvokeConfigs
            GET    | /2019-09-30/functions/orders/concurrency                      |                   | GetFunctionConcurrency
            PUT    | /2019-09-30/functions/orders/concurrency                      |                   | -
            GET    | /2015-03-31/functions//configuration                          |                   | -
            GET    | /2015-03-31/functions/orders/                                 |                   | GetFunction
            GET    | /2015-03-31/functions/orders//                                |                   | -
            PATCH  | /2015-03-31/functions                                         |                   | -
            GET    | /                                                             |                   | -
            GET    | *                                                             |                   | -
            """)
    void a_request_means_one_operation(String method, String path, @Nullable String query, String operation) {
        assertThat(find(method, path, query).map(Operations.Match::operation).map(Operation::name))
                .isEqualTo(Optional.of(operation).filter(name -> !name.equals("-")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            /2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aorders | Resource            | arn:aws:lambda:us-east-1:000000000000:function:orders
            /2017-03-31/tags/arn:aws:lambda:us-east-1:000000000000:function:orders             | Resource            | arn:aws:lambda:us-east-1:000000000000:function:orders
            /2025-12-01/durable-executions/arn%3Aaws%3Ax%2Fdurable-execution%2Fa%2fb           | DurableExecutionArn | arn:aws:x/durable-execution/a/b
            /2015-03-31/functions/a+b%20%2B%25                                                 | FunctionName        | a+b +%
            /2015-03-31/functions/%C3%A9%E2%82%AC                                              | FunctionName        | é€
            """)
    void a_parameter_is_decoded_after_the_path_was_taken_apart(String path, String name, String value) {
        assertThat(find("GET", path, null).orElseThrow().pathParameters()).isEqualTo(Map.of(name, value));
    }

    @ParameterizedTest
    @CsvSource({"%zz", "a%", "a%4", "%%41", "%+1"})
    void a_parameter_that_cannot_be_decoded_is_refused(String encoded) {
        Operations.Match match =
                find("GET", "/2015-03-31/functions/" + encoded, null).orElseThrow();

        assertThatThrownBy(match::pathParameters)
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageContaining("'" + encoded + "'");
    }

    private Optional<Operations.Match> find(String method, String path, @Nullable String query) {
        return operations.find(method, path, name -> Optional.ofNullable(query)
                .filter(given -> given.startsWith(name + "="))
                .map(given -> given.substring(name.length() + 1)));
    }
}
