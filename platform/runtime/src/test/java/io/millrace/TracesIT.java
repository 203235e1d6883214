package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.InboundLink;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.function.FunctionHandler;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an embedding service's OpenTelemetry records of events and calls, through a real broker. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class TracesIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String QUEUES = "arn:aws:sqs:us-east-1:000000000000:";
    private static final String FUNCTIONS = "arn:aws:lambda:us-east-1:000000000000:function:";

    private final HttpClient http = HttpClient.newHttpClient();
    private final InMemorySpanExporter recorded = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(recorded))
            .build();
    private final Vertx vertx = Vertx.vertx();

    private Millrace millrace;
    private BrokerConnection connection;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        millrace = Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .http("127.0.0.1", 0)
                .set("async.retryDelay", "PT0.1S")
                .set("async.maximumRetryAttempts", "1")
                .openTelemetry(
                        OpenTelemetrySdk.builder().setTracerProvider(provider).build())
                .start();
        connection = done(BrokerConnection.open(vertx, BrokerAddress.parse(millrace.brokerUrl()), "test"));
        done(connection.firstUp());
    }

    @AfterAll
    void stop() throws Exception {
        done(connection.close());
        done(vertx.close());
        millrace.close();
        provider.close();
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private void invoke(String function, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        millrace.httpUrl().orElseThrow().resolve("/2015-03-31/functions/" + function + "/invocations"))
                .POST(BodyPublishers.ofString("{}"))
                .header("X-Amz-Invocation-Type", "Event");
        HttpResponse<String> answer =
                http.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    private void send(String queue, Map<String, String> properties) throws Exception {
        byte[] payload = "{}".getBytes(StandardCharsets.UTF_8);
        done(new Publisher(connection)
                .send(queue, EventMessages.durable(UUID.randomUUID().toString(), payload, properties, null)));
    }

    private void createQueue(String name) throws Exception {
        done(new BrokerManagement(connection).createQueue(new QueueSpec(name, true)));
    }

    /** Properties of the first message that comes to a queue. */
    private Map<String, Object> firstOf(String queue) {
        List<Map<String, Object>> came = new CopyOnWriteArrayList<>();
        connection.run(() -> {
            InboundLink[] link = new InboundLink[1];
            link[0] = new InboundLink(
                    connection,
                    queue,
                    false,
                    delivery -> {
                        came.add(EventMessages.properties(delivery.message()));
                        delivery.complete();
                    },
                    () -> link[0].grant(1));
            link[0].open();
        });
        await().atMost(PATIENCE).until(() -> !came.isEmpty());
        return came.get(0);
    }

    private List<SpanData> spans(String name) {
        return recorded.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    /** Waits for the one span of this name. */
    private SpanData span(String name) {
        await().atMost(PATIENCE).until(() -> !spans(name).isEmpty());
        assertThat(spans(name)).hasSize(1);
        return spans(name).get(0);
    }

    private List<SpanData> ofTrace(SpanData one) {
        return recorded.getFinishedSpanItems().stream()
                .filter(each -> each.getTraceId().equals(one.getTraceId()))
                .toList();
    }

    private static RequestStreamHandler tellsTrace(List<String> traces) {
        return (input, output, context) -> {
            traces.add(context.getXrayTraceId());
            input.transferTo(output);
        };
    }

    private static String asXRay(SpanData span, boolean sampled) {
        return asXRay(span.getTraceId(), span.getSpanId(), sampled);
    }

    private static String asXRay(String trace, String span, boolean sampled) {
        return "Root=1-" + trace.substring(0, 8) + "-" + trace.substring(8) + ";Parent=" + span
                + (sampled ? ";Sampled=1" : ";Sampled=0");
    }

    private static String traceparent(SpanData span) {
        return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-01";
    }

    @Test
    void an_event_its_function_the_destination_function_and_the_last_record_are_one_trace() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        createQueue("shipped");
        millrace.deploy(
                "ship",
                tellsTrace(seen),
                definition -> definition.withAsync(definition.async().withOnSuccess(Optional.of(QUEUES + "shipped"))));
        millrace.deploy(
                "order",
                tellsTrace(seen),
                definition -> definition.withAsync(definition.async().withOnSuccess(Optional.of(FUNCTIONS + "ship"))));

        invoke("order");

        SpanData last = span("settle ship");
        Map<String, Object> record = firstOf("shipped");
        SpanData accepted = span("accept order");
        await().atMost(PATIENCE).until(() -> ofTrace(last).size() >= 9);
        List<SpanData> trace = ofTrace(last);
        assertThat(trace)
                .extracting(SpanData::getName)
                .containsExactlyInAnyOrder(
                        "accept order",
                        "wait order",
                        "init order",
                        "invoke order",
                        "settle order",
                        "wait ship",
                        "init ship",
                        "invoke ship",
                        "settle ship");
        Set<String> ids = trace.stream().map(SpanData::getSpanId).collect(Collectors.toSet());
        assertThat(trace)
                .filteredOn(each -> !ids.contains(each.getParentSpanId()))
                .containsExactly(accepted);
        assertThat(accepted.getParentSpanContext().isValid()).isFalse();
        assertThat(accepted.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(span("invoke order").getParentSpanId()).isEqualTo(accepted.getSpanId());
        assertThat(span("invoke ship").getParentSpanId())
                .isEqualTo(span("invoke order").getSpanId());
        assertThat(span("init order").getParentSpanId())
                .isEqualTo(span("invoke order").getSpanId());
        assertThat(trace).allSatisfy(each -> assertThat(each.getEndEpochNanos())
                .isGreaterThanOrEqualTo(each.getStartEpochNanos()));
        assertThat(seen.get(0)).startsWith(asXRay(span("invoke order"), true) + ";Lineage=");
        assertThat(seen.get(1)).startsWith(asXRay(span("invoke ship"), true) + ";Lineage=");
        assertThat(record).containsEntry("traceparent", traceparent(span("invoke ship")));
    }

    @Test
    void a_caller_who_speaks_W3C_is_continued_and_keeps_the_lineage_of_the_other_header() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        millrace.deploy("w3c", tellsTrace(seen));

        invoke(
                "w3c",
                "traceparent",
                "00-" + TRACE + "-" + SPAN + "-01",
                "X-Amzn-Trace-Id",
                "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=0badcafe:3");

        SpanData invoked = span("invoke w3c");
        assertThat(span("accept w3c").getTraceId()).isEqualTo(TRACE);
        assertThat(span("accept w3c").getParentSpanId()).isEqualTo(SPAN);
        assertThat(invoked.getTraceId()).isEqualTo(TRACE);
        assertThat(seen.get(0)).startsWith(asXRay(invoked, true)).contains("Lineage=0badcafe:3|");
    }

    @Test
    void what_vendors_say_of_a_trace_comes_to_its_function_and_to_the_record_of_its_end() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        createQueue("told");
        millrace.deploy(
                "vendors",
                tellsTrace(seen),
                definition -> definition.withAsync(definition.async().withOnSuccess(Optional.of(QUEUES + "told"))));

        invoke(
                "vendors",
                "traceparent",
                "00-" + TRACE + "-" + SPAN + "-01",
                "tracestate",
                "rojo=1,congo=t",
                "tracestate",
                "x=2");

        assertThat(firstOf("told"))
                .containsEntry("traceparent", traceparent(span("invoke vendors")))
                .containsEntry("tracestate", "rojo=1,congo=t,x=2");
        assertThat(seen.get(0)).contains(";Tracestate=rojo%3d1%2ccongo%3dt%2cx%3d2;Lineage=");
    }

    @Test
    void a_caller_who_does_not_record_is_not_recorded_and_its_function_is_told() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        millrace.deploy("quiet", tellsTrace(seen));

        invoke("quiet", "traceparent", "00-" + TRACE + "-" + SPAN + "-00");

        await().atMost(PATIENCE).until(() -> succeeded("quiet") == 1);
        assertThat(seen.get(0)).startsWith(asXRay(TRACE, SPAN, false));
        assertThat(recorded.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .noneMatch(name -> name.endsWith(" quiet"));
    }

    private long succeeded(String function) {
        return Objects.requireNonNull(millrace.stats().join().get(function), function)
                .succeeded();
    }

    @Test
    void a_messaging_client_who_sets_traceparent_is_continued() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        millrace.deploy("amqp", tellsTrace(seen));

        send("invoke.amqp", Map.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01"));

        SpanData invoked = span("invoke amqp");
        assertThat(invoked.getTraceId()).isEqualTo(TRACE);
        assertThat(invoked.getParentSpanId()).isEqualTo(SPAN);
        assertThat(span("wait amqp").getParentSpanId()).isEqualTo(SPAN);
        assertThat(seen.get(0)).startsWith(asXRay(invoked, true));
    }

    @Test
    void attempts_dead_letter_and_redrive_stay_in_the_trace_of_the_event() throws Exception {
        AtomicBoolean mended = new AtomicBoolean();
        millrace.deploy("fragile", (FunctionHandler) (event, context) -> {
            if (!mended.get()) {
                throw new IllegalStateException("not yet");
            }
            return event;
        });

        invoke("fragile");
        await().atMost(PATIENCE).until(() -> spans("settle fragile").size() == 2);
        mended.set(true);
        await().atMost(PATIENCE)
                .until(() ->
                        done(new BrokerManagement(connection).moveMessages("dlq.fragile", "invoke.fragile", "", 10))
                                == 1);

        SpanData redrive = span("redrive fragile");
        await().atMost(PATIENCE).until(() -> spans("settle fragile").size() == 3);
        assertThat(spans("settle fragile"))
                .extracting(each -> each.getAttributes().get(AttributeKey.stringKey("millrace.settlement")))
                .containsExactly("retry", "dead-letter", "complete");
        assertThat(spans("invoke fragile"))
                .extracting(SpanData::getTraceId)
                .containsOnly(span("accept fragile").getTraceId());
        assertThat(spans("invoke fragile"))
                .extracting(each -> each.getAttributes().get(AttributeKey.stringKey("error.type")))
                .containsExactly("java.lang.IllegalStateException", "java.lang.IllegalStateException", null);
        assertThat(redrive.getParentSpanId()).isEqualTo(span("accept fragile").getSpanId());
        assertThat(spans("invoke fragile").get(2).getParentSpanId()).isEqualTo(redrive.getSpanId());
        assertThat(redrive.getAttributes().get(AttributeKey.stringKey("millrace.condition")))
                .isEqualTo("RetriesExhausted");
    }

    @Test
    void a_batch_links_to_the_trace_of_each_of_its_messages() throws Exception {
        createQueue("parcels");
        millrace.deploy("pack", (FunctionHandler) (event, context) -> event);
        String other = "0af7651916cd43dd8448eb211c80319c";
        send("parcels", Map.of("traceparent", "00-" + TRACE + "-" + SPAN + "-01"));
        send("parcels", Map.of("X-Amzn-Trace-Id", asXRay(other, SPAN, true)));
        send("parcels", Map.of());

        HttpResponse<String> mapped = http.send(
                HttpRequest.newBuilder(millrace.httpUrl().orElseThrow().resolve("/2015-03-31/event-source-mappings"))
                        .POST(BodyPublishers.ofString(JSON.createObjectNode()
                                .put("EventSourceArn", QUEUES + "parcels")
                                .put("FunctionName", "pack")
                                .put("BatchSize", 3)
                                .put("MaximumBatchingWindowInSeconds", 300)
                                .toString()))
                        .build(),
                BodyHandlers.ofString());
        assertThat(mapped.statusCode()).as(mapped.body()).isEqualTo(202);

        SpanData invoked = span("invoke pack");
        assertThat(invoked.getParentSpanId()).isEqualTo(span("accept pack").getSpanId());
        assertThat(invoked.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(invoked.getLinks())
                .extracting(LinkData::getSpanContext)
                .extracting(context -> context.getTraceId() + "-" + context.getSpanId())
                .containsExactlyInAnyOrder(TRACE + "-" + SPAN, other + "-" + SPAN);
    }
}
