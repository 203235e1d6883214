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
    void what_is_not_recorded_says_so_to_all_that_follows() {
        Invocation sent = new Spans(telemetry, 0).send(invocation()).invocation();

        assertThat(sent.attributes().get(Invocation.TRACE))
                .matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0");
        Message event = EventMessages.durable(sent.id(), PAYLOAD, sent.attributes(), null);
        assertThat(new Spans(telemetry, 1).event(event, sent, "$LATEST", 1, false))
                .isSameAs(AttemptTrace.NONE);
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
