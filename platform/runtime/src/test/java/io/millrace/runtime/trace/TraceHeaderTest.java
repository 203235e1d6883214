package io.millrace.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TraceHeaderTest {
    private static final String TRACE = "5759e988bd862e3fe1be46a994272793";
    private static final String SPAN = "53995c3f42cd8ad8";

    @Test
    void a_header_of_X_Ray_and_a_traceparent_say_the_same_in_both_directions() {
        TraceHeader header = TraceHeader.parse(
                "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=" + SPAN + ";Sampled=1;Lineage=0badcafe:1;Self=1-2-3");
        TraceContext context =
                TraceContext.ofTraceparent("00-" + TRACE + "-" + SPAN + "-01").orElseThrow();

        assertThat(header.traceId()).contains(context.traceId());
        assertThat(header.parentId()).contains(context.spanId());
        assertThat(header.sampled()).contains(context.sampled());
        assertThat(header.at(context))
                .isEqualTo("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=" + SPAN
                        + ";Sampled=1;Lineage=0badcafe:1;Self=1-2-3");
        assertThat(context.traceparent()).isEqualTo("00-" + TRACE + "-" + SPAN + "-01");
    }

    @Test
    void order_blanks_and_capitals_make_no_difference() {
        TraceHeader header =
                TraceHeader.parse(" Sampled=0; Parent=53995C3F42CD8AD8 ;Root=1-5759E988-BD862E3FE1BE46A994272793");

        assertThat(header.traceId()).contains(TRACE);
        assertThat(header.parentId()).contains(SPAN);
        assertThat(header.sampled()).contains(false);
    }

    @Test
    void a_sampling_decision_may_be_left_to_the_next() {
        assertThat(TraceHeader.parse("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=?")
                        .sampled())
                .isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ";;", "Root=1-2-3", "Root=", "nonsense", "Root=1-5759e988-bd862e3fe1be46a99427279", "é"})
    void what_is_no_header_names_no_trace(String text) {
        assertThat(TraceHeader.parse(text).traceId()).isEmpty();
    }

    @Test
    void what_could_not_stand_in_a_header_is_not_handed_on() {
        assertThat(TraceHeader.parse("Lineage=a:1\r\nX-Other: 1").others()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8",
                "00-00000000000000000000000000000000-53995c3f42cd8ad8-01",
                "00-5759e988bd862e3fe1be46a994272793-0000000000000000-01",
                "ff-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
                "00-5759E988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
                "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01-more"
            })
    void what_W3C_calls_invalid_is_no_traceparent(String text) {
        assertThat(TraceContext.ofTraceparent(text)).isEmpty();
    }

    @Test
    void a_later_version_of_traceparent_may_say_more() {
        assertThat(TraceContext.ofTraceparent("01-" + TRACE + "-" + SPAN + "-03-more"))
                .contains(new TraceContext(TRACE, SPAN, true));
    }
}
