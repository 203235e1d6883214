package io.millrace.core.invocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StoredPayloadTest {
    private static final String NAME = "38427216-f19e-4268-803c-c8d381859f02";
    private static final String SHA_256 = "c7c78f7bc1e7404748fd9bf7d2391528f72e64120410a402ba6fd28acac40e21";

    @Test
    void what_a_message_says_is_read_back() {
        StoredPayload stored = new StoredPayload(NAME, 157_286_410, SHA_256);

        assertThat(StoredPayload.parse(stored.text())).contains(stored);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "../../etc/passwd 1 " + SHA_256,
                NAME + "/.. 1 " + SHA_256,
                NAME + " -1 " + SHA_256,
                NAME + " 1 short",
                NAME + " 9999999999999999999 " + SHA_256
            })
    void nothing_else_is_taken_for_a_file(String text) {
        assertThat(StoredPayload.parse(text)).isEmpty();
    }

    @Test
    void a_body_that_somebody_changed_is_an_event_of_its_own() {
        StoredPayload stored = new StoredPayload(NAME, 2, SHA_256);

        assertThat(stored.isMeantBy(stored.standIn())).isTrue();
        assertThat(stored.isMeantBy("{\"edited\":true}".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
    }

    @Test
    void equal_payloads_have_equal_bodies_whatever_their_files_are_called() {
        StoredPayload one = new StoredPayload(NAME, 2, SHA_256);
        StoredPayload again = new StoredPayload(NAME.replace('3', '4'), 2, SHA_256);

        assertThat(one.standIn()).isEqualTo(again.standIn());
    }
}
