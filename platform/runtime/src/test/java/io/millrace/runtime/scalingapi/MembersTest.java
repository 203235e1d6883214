package io.millrace.runtime.scalingapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MembersTest {
    private static Members members(String number) throws IOException {
        ObjectNode request = (ObjectNode) new ObjectMapper()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .readTree("{\"At\":" + number + "}");
        return new Members(request);
    }

    @Test
    void seconds_since_1970_are_a_time() throws IOException {
        assertThat(members("1795161600").instant("At")).hasValue(Instant.parse("2026-11-20T08:00:00Z"));
        assertThat(members("1.7951616E9").instant("At")).hasValue(Instant.parse("2026-11-20T08:00:00Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e100000000", "1e-100000000", "123456789012345678901234567890"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_number_that_is_no_time_is_refused_at_once(String number) throws IOException {
        Members members = members(number);

        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> members.instant("At"))
                .matches(refusal -> refusal.type().equals("ValidationException"))
                .withMessageContaining("At is '");
    }
}
