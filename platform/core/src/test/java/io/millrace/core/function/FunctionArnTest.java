package io.millrace.core.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FunctionArnTest {
    private static final String REGION = "eu-west-1";
    private static final String ACCOUNT = "123456789012";

    @ParameterizedTest
    @CsvSource({
        "orders, arn:aws:lambda:eu-west-1:123456789012:function:orders",
        "orders:7, arn:aws:lambda:eu-west-1:123456789012:function:orders:7",
        "orders:$LATEST, arn:aws:lambda:eu-west-1:123456789012:function:orders:$LATEST",
        "000000000001:function:orders, arn:aws:lambda:eu-west-1:000000000001:function:orders",
        "000000000001:function:orders:live, arn:aws:lambda:eu-west-1:000000000001:function:orders:live",
        "arn:aws:lambda:us-east-1:000000000001:function:orders, arn:aws:lambda:us-east-1:000000000001:function:orders",
        "arn:aws:lambda:us-east-1:000000000001:function:orders:1,"
                + " arn:aws:lambda:us-east-1:000000000001:function:orders:1"
    })
    void a_name_a_partial_and_a_full_ARN_name_a_function(String text, String arn) {
        assertThat(FunctionArn.parse(text, REGION, ACCOUNT).map(FunctionArn::toString))
                .contains(arn);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "orders:",
                "orders:a b",
                "orders:$OTHER",
                "12345:function:orders",
                "arn:aws:s3:us-east-1:000000000001:function:orders",
                "arn:aws:lambda:us-east-1:000000000001:layer:orders"
            })
    void anything_else_names_none(String text) {
        assertThat(FunctionArn.parse(text, REGION, ACCOUNT)).isEmpty();
    }

    @Test
    void a_function_without_qualifier_is_qualified_as_latest_and_another_keeps_its_own() {
        FunctionArn orders = FunctionArn.of(REGION, ACCOUNT, new FunctionName("orders"));

        assertThat(orders.qualifier()).isEmpty();
        assertThat(orders.qualified().qualifier()).contains("$LATEST");
        assertThat(orders.withQualifier("3").qualified().qualifier()).isEqualTo(Optional.of("3"));
    }
}
