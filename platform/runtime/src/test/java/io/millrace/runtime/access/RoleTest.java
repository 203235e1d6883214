package io.millrace.runtime.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RoleTest {
    private static final String ARN = "arn:aws:lambda:us-east-1:000000000000:";

    @ParameterizedTest
    @CsvSource({
        "*, function:orders, true",
        "orders, function:orders, true",
        "orders, function:orders:live, true",
        "orders, function:orders-2, false",
        "orders, layer:orders, false",
        "ord*, function:orders:$LATEST, true",
        "o?ders, function:orders, true",
        "orders:live, function:orders:live, true",
        "orders:live, function:orders, false",
        "layer:base, layer:base:3, true",
        "layer:base, function:base, false",
        "queue:orders, function:orders, false",
        "arn:aws:lambda:*:*:function:orders, function:orders, true",
        "arn:aws:lambda:*:*:function:orders, function:orders:live, false",
        "arn:aws:lambda:eu-west-1:*:function:orders, function:orders, false"
    })
    void a_name_stands_for_a_function_and_an_ARN_for_itself(String pattern, String resource, boolean expected) {
        Permission permission = new Permission(List.of("lambda:Invoke*"), List.of(pattern));

        assertThat(permission.allows("lambda:InvokeFunction", ARN + resource)).isEqualTo(expected);
        assertThat(permission.allows("lambda:DeleteFunction", ARN + resource)).isFalse();
    }

    @Test
    void only_a_single_star_covers_what_belongs_to_no_resource() {
        assertThat(Role.named("admin").allows("lambda:ListFunctions", "*")).isTrue();
        assertThat(Role.named("reader").allows("LAMBDA:listFunctions", "*")).isTrue();
        assertThat(Role.named("reader").allows("kinesis:DescribeStreamSummary", "*"))
                .isTrue();
        assertThat(Role.named("reader").allows("kinesis:ListShards", "*")).isTrue();
        assertThat(Role.named("reader").allows("kinesis:GetRecords", "*")).isTrue();
        assertThat(Role.named("reader").allows("kinesis:PutRecord", "*")).isFalse();
        assertThat(Role.named("reader").allows("millrace:ListKeys", "*")).isFalse();
        assertThat(Role.named("invoker:*orders").allows("lambda:InvokeFunction", "*"))
                .isFalse();
        assertThat(new Permission(List.of("*"), List.of("queue:jobs*"))
                        .allows("millrace:Publish", "arn:aws:sqs:us-east-1:000000000000:jobs-1"))
                .isTrue();
    }

    @Test
    void statements_are_read_as_they_are_written_and_nothing_else_is() throws IOException {
        String text = "[{\"actions\":[\"lambda:*\"],\"resources\":[\"orders*\"]}]";
        List<Permission> read = RoleJson.read(new ObjectMapper().readTree(text));

        assertThat(RoleJson.write(read)).hasToString(text);
        assertThatThrownBy(() -> RoleJson.read(new ObjectMapper().readTree("[{\"Action\":[\"lambda:*\"]}]")))
                .hasMessage("a statement has the member 'Action', expected actions and resources");
        assertThatThrownBy(() -> new Permission(List.of("Invoke"), List.of("*")))
                .hasMessage("actions of a statement have 'Invoke', expected each such as lambda:InvokeFunction,"
                        + " lambda:Get* or *");
        assertThatThrownBy(() -> Role.named("root"))
                .hasMessage("role is 'root', expected admin, reader or invoker:PATTERN, such as invoker:orders*");
        assertThatThrownBy(() -> Role.custom(List.of())).hasMessageContaining("statements are missing");
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_pattern_full_of_stars_takes_no_long_time() {
        assertThat(Wildcards.match("*a".repeat(200) + "b", "a".repeat(5000))).isFalse();
    }
}
