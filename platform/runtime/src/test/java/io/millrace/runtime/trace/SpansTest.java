package io.millrace.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.broker.envelope.EventMessages;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.trace.AttemptTrace.Settlement;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SpansTest {
    private static final byte[] PAYLOAD = {'{', '}'};

    private final InMemorySpanExporter recorded = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(recorded))
            .build();
    private final OpenTelemetrySdk telemetry =
            OpenTelemetrySdk.builder().setTracerProvider(provider).build();

    @AfterEach
    void close() {
        provider.close();
    }

    private static Invocation invocation(String id, Map<String, String> attributes) {
        return new Invocation(
                id,
                FunctionArn.of("us-east-1", "000000000000", new FunctionName("orders")),
                InvocationType.EVENT,
                PAYLOAD,
                Optional.empty(),
                attributes);
    }

    private static Invocation invocation() {
        return invocation(UUID.randomUUID().toString(), Map.of());
    }

    private void send(Spans spans) {
        spans.send(invocation()).succeeded();
    }

    @Test
    void about_the_given_share_of_traces_that_begin_here_is_recorded() {
        Spans spans = new Spans(telemetry, 0.1);

        IntStream.range(0, 10_000).forEach(each -> send(spans));

        // Further away than 10 standard deviations is not chance.
        assertThat(recorded.getFinishedSpanItems()).hasSizeBetween(700, 1_300);
    }

    @Test
    void with_0_none_is_recorded_and_with_1_all_are() {
        IntStream.range(0, 1_000).forEach(each -> send(new Spans(telemetry, 0)));
        assertThat(recorded.getFinishedSpanItems()).isEmpty();

        IntStream.range(0, 1_000).forEach(each -> send(new Spans(telemetry, 1)));
        assertThat(recorded.getFinishedSpanItems()).hasSize(1_000);
    }

    @Test
    void what_is_not_recorded_carries_nothing_and_its_attempts_decide_the_same() {
        Spans spans = new Spans(telemetry, 0.5);
        int recordedOnes = 0;
        for (int n = 0; n < 1_000; n++) {
            Invocation invocation = invocation();
            Invocation sent = spans.send(invocation).invocation();
            Message event = EventMessages.durable(sent.id(), PAYLOAD, sent.attributes(), null);
            boolean isRecorded = !sent.attributes().isEmpty();
            recordedOnes += isRecorded ? 1 : 0;

            assertThat(spans.event(event, sent, "$LATEST", 1, false) != AttemptTrace.NONE)
                    .isEqualTo(isRecorded);
            assertThat(spans.call(event, sent, "$LATEST", false) != AttemptTrace.NONE)
                    .isEqualTo(isRecorded);
            assertThat(spans.unrun(event, sent.id(), new FunctionName("orders")) != AttemptTrace.NONE)
                    .isEqualTo(isRecorded);
        }
        assertThat(recordedOnes).isBetween(350, 650);
    }

    @Test
    void what_its_caller_does_not_record_says_so_to_all_that_follows() {
        String header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
        Invocation sent = new Spans(telemetry, 1)
                .send(invocation(UUID.randomUUID().toString(), Map.of(Invocation.TRACE, header)))
                .invocation();

        assertThat(sent.attributes()).containsEntry(Invocation.TRACE, header);
        Message event = EventMessages.durable(sent.id(), PAYLOAD, sent.attributes(), null);
        assertThat(new Spans(telemetry, 1).event(event, sent, "$LATEST", 1, false))
                .isSameAs(AttemptTrace.NONE);
    }

    @Test
    void a_batch_of_records_links_to_each_recorded_trace_and_to_128_at_most() {
        Spans spans = new Spans(telemetry, 1);
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0";
        String xray = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        List<Optional<String>> records = List.of(
                Optional.of(parent + "1"), Optional.of(xray), Optional.of(parent + "0"), Optional.of("x"), none());

        assertThat(spans.records(records, each -> each))
                .isEqualTo(Map.of(
                        Invocation.TRACE_LINKS, parent + "1,00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"));
        assertThat(spans.records(List.of(none(), none()), each -> each)).isEmpty();
        String most = spans.records(Collections.nCopies(1_000, Optional.of(parent + "1")), each -> each)
                .getOrDefault(Invocation.TRACE_LINKS, "");
        assertThat(most.split(",", -1)).hasSize(128);
    }

    private static Optional<String> none() {
        return Optional.empty();
    }

    @Test
    void what_vendors_say_of_a_trace_is_handed_on_to_its_functions_and_destinations() {
        Spans spans = new Spans(telemetry, 1);
        String id = UUID.randomUUID().toString();
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        Message event = EventMessages.durable(
                id, PAYLOAD, Map.of("traceparent", parent, "tracestate", "rojo=00f067,congo=t61rc;WkgMzE"), null);

        AttemptTrace attempt = spans.event(event, invocation(id, Map.of()), "$LATEST", 1, false);
        String header = attempt.header(none()).orElseThrow();

        assertThat(attempt.tracestate()).contains("rojo=00f067,congo=t61rc;WkgMzE");
        assertThat(header).endsWith(";Sampled=1;Tracestate=rojo%3d00f067%2ccongo%3dt61rc%3bWkgMzE");
        Message next = EventMessages.durable(id, PAYLOAD, Map.of(Invocation.TRACE, header), null);
        assertThat(spans.event(next, invocation(id, Map.of()), "$LATEST", 1, false)
                        .tracestate())
                .contains("rojo=00f067,congo=t61rc;WkgMzE");
        Message nearer =
                EventMessages.durable(id, PAYLOAD, Map.of(Invocation.TRACE, header, "traceparent", parent), null);
        assertThat(spans.event(nearer, invocation(id, Map.of()), "$LATEST", 1, false)
                        .tracestate())
                .isEmpty();
    }

    @Test
    void all_attempts_at_an_event_whose_publisher_began_no_trace_are_in_one_or_in_none() {
        Spans spans = new Spans(telemetry, 0.5);
        IntStream.range(0, 200).forEach(each -> attemptTwice(spans));

        Map<String, Long> invocations = recorded.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals("invoke orders"))
                .collect(Collectors.groupingBy(SpanData::getTraceId, Collectors.counting()));
        assertThat(invocations.size()).isBetween(40, 160);
        assertThat(invocations.values()).containsOnly(2L);
    }

    private static void attemptTwice(Spans spans) {
        Invocation invocation = invocation();
        Message event = EventMessages.durable(invocation.id(), PAYLOAD, Map.of(), null);
        for (int attempt = 1; attempt <= 2; attempt++) {
            AttemptTrace trace = spans.event(event, invocation, "$LATEST", attempt, false);
            trace.ended(new Outcome.Succeeded(PAYLOAD));
            trace.settled(Settlement.COMPLETE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "not-a-uuid-but-thirty-six-characters", "ID:7"})
    void a_call_by_a_client_with_an_id_of_its_own_is_traced_too(String id) {
        Invocation invocation = invocation(id, Map.of());
        Message call = EventMessages.transientMessage(id, PAYLOAD, Map.of());

        new Spans(telemetry, 1).call(call, invocation, "$LATEST", false).ended(new Outcome.Succeeded(PAYLOAD));

        assertThat(recorded.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .containsExactly("invoke orders");
    }

    @Test
    void the_initialisation_of_a_provisioned_environment_is_none_of_the_attempts() {
        Spans spans = new Spans(telemetry, 1);
        Invocation invocation = invocation();
        Message call = EventMessages.transientMessage(invocation.id(), PAYLOAD, Map.of());

        for (boolean provisioned : new boolean[] {true, false}) {
            AttemptTrace trace = spans.call(call, invocation, "$LATEST", provisioned);
            trace.measured(1_000_000, 1);
            trace.ended(new Outcome.Succeeded(PAYLOAD));
        }

        assertThat(recorded.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .containsExactly("invoke orders", "init orders", "invoke orders");
    }

    @Test
    void a_span_of_the_service_around_the_call_is_above_it() {
        Span service = provider.get("service").spanBuilder("checkout").startSpan();
        try (Scope scope = service.makeCurrent()) {
            assertThat(Objects.requireNonNull(scope)).isNotNull();
            send(new Spans(telemetry, 0));
        }

        SpanData accepted = recorded.getFinishedSpanItems().get(0);
        assertThat(accepted.getParentSpanId())
                .isEqualTo(service.getSpanContext().getSpanId());
        assertThat(accepted.getTraceId()).isEqualTo(service.getSpanContext().getTraceId());
    }

    @Test
    void an_event_that_ends_without_an_attempt_is_settled_in_its_trace() {
        Spans spans = new Spans(telemetry, 1);
        Invocation sent = spans.send(invocation()).invocation();
        Message event = EventMessages.durable(sent.id(), PAYLOAD, sent.attributes(), null);

        spans.unrun(event, sent.id(), new FunctionName("orders")).settled(Settlement.DEAD_LETTER);

        SpanData settled = recorded.getFinishedSpanItems().get(0);
        assertThat(settled.getName()).isEqualTo("settle orders");
        assertThat(sent.attributes().get(Invocation.TRACE)).contains("Parent=" + settled.getParentSpanId());
    }

    @Test
    void nobody_who_traces_makes_nothing() {
        Invocation invocation = invocation();
        Message event = EventMessages.durable(invocation.id(), PAYLOAD, Map.of(), null);

        assertThat(Traces.OFF.isOn()).isFalse();
        assertThat(Traces.OFF.event(event, invocation, "$LATEST", 1, false)).isSameAs(AttemptTrace.NONE);
        assertThat(Traces.OFF.call(event, invocation, "$LATEST", false)).isSameAs(AttemptTrace.NONE);
        assertThat(AttemptTrace.NONE.seen(invocation)).isSameAs(invocation);
    }
}
