package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.config.UrlSettings;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FunctionUrlAddressesTest {

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
            http://127.0.0.1:4574,          http://ID.lambda-url.us-east-1.localhost:4574/
            http://localhost,               http://ID.lambda-url.us-east-1.localhost/
            http://x.lambda.localhost:80,   http://ID.lambda-url.us-east-1.localhost:80/
            http://[::1]:4574,              http://ID.lambda-url.us-east-1.localhost:4574/
            http://millrace.internal:4574,  http://millrace.internal:4574/_url/ID/
            https://10.0.0.5,               https://10.0.0.5/_url/ID/
            http://a b,                     http://ID.lambda-url.us-east-1.localhost/
            """)
    void without_a_base_an_address_is_one_that_the_caller_can_reach(String origin, String address) {
        FunctionUrlAddresses addresses =
                new FunctionUrlAddresses(new UrlSettings(Optional.empty(), List.of()), "us-east-1");

        assertThat(addresses.address("ID", origin)).isEqualTo(address);
    }
}
