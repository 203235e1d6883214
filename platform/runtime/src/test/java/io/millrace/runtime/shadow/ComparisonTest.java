package io.millrace.runtime.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.runtime.dispatch.RunEnd;
import io.millrace.runtime.observe.ShadowResult;
import io.millrace.runtime.shadow.Backlog.Place;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ComparisonTest {
    private static final String EVENT = "5f0c7c1e-0000-4000-8000-000000000001";
    private static final String COPY = "5f0c7c1e-0000-4000-8000-000000000002";

    private static RunEnd succeeded(String response) {
        return new RunEnd("1", new Outcome.Succeeded(response.getBytes(StandardCharsets.UTF_8)), 1_500_000);
    }

    private static RunEnd failed(String type) {
        return new RunEnd("2", new FunctionError(type, "because", "", new byte[] {'{', '}'}), -1);
    }

    /** Through the message, as the live end comes. */
    private static Comparison compare(RunEnd live, RunEnd shadow) {
        ShadowCopy copy = new ShadowCopy(
                "setting", new Place(7, 70), COPY, EVENT, new byte[] {1, 2, 3}, Optional.of("Root=1"), live, 99);
        ShadowCopy came = ShadowCopy.read(copy.message());
        assertThat(came.place()).isEqualTo(new Place(7, 70));
        assertThat(came.payload()).containsExactly(1, 2, 3);
        assertThat(came.trace()).contains("Root=1");
        assertThat(came.madeAtMillis()).isEqualTo(99);
        return Comparison.of(came, shadow, Instant.EPOCH);
    }

    @Test
    void two_ends_are_the_same_by_their_value_or_their_type_of_error() {
        assertThat(compare(succeeded("{\"a\":1}"), succeeded("{ \"a\": 1.0 }")).result())
                .isEqualTo(ShadowResult.SAME);
        assertThat(compare(failed("Bad"), failed("Bad")).result()).isEqualTo(ShadowResult.SAME);
        assertThat(compare(failed("Bad"), failed("Worse")).result()).isEqualTo(ShadowResult.DIFFERENT);
        assertThat(compare(succeeded("1"), succeeded("2")).result()).isEqualTo(ShadowResult.DIFFERENT);
        assertThat(compare(succeeded("1"), failed("Bad")).result()).isEqualTo(ShadowResult.FAILED_IN_SHADOW);
        assertThat(compare(failed("Bad"), succeeded("1")).result()).isEqualTo(ShadowResult.FAILED_LIVE);
    }

    @Test
    void a_difference_shows_both_sides_shortened() {
        String longer = "\"" + "x".repeat(1_000) + "\"";
        Comparison compared = compare(succeeded(longer), failed("Bad"));
        JsonNode shown = compared.difference().orElseThrow();
        assertThat(shown.path("requestId").asText()).isEqualTo(EVENT);
        assertThat(shown.path("shadowRequestId").asText()).isEqualTo(COPY);
        assertThat(shown.path("live").path("response").asText()).hasSize(301).endsWith("…");
        assertThat(shown.path("live").path("millis").asDouble()).isEqualTo(1.5);
        assertThat(shown.path("shadow").path("errorType").asText()).isEqualTo("Bad");
        assertThat(shown.path("shadow").has("millis")).as("it never began").isFalse();
        assertThat(compare(succeeded("1"), succeeded("1")).difference()).isEmpty();
    }
}
