package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.Millrace;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.FunctionRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A partitioned source, of a kind that is found on the class path, with the broker and across restarts. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class PartitionedMappingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String UUID = "11111111-1111-4111-8111-111111111111";

    @TempDir
    Path data;

    private final List<String> handled = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile CountDownLatch entered = new CountDownLatch(1);
    private Path log;

    @SuppressWarnings("NullAway.Init") // Each test starts it, with a time of its own to drain.
    private Millrace millrace;

    @BeforeEach
    void start() throws IOException {
        log = Files.createDirectory(data.resolve("log"));
        map();
    }

    @AfterEach
    void stop() {
        gate.countDown();
        millrace.close();
    }

    /** @param drain for batches that run when it is closed */
    private void startPlatform(Duration drain) {
        millrace = Millrace.builder()
                .dataDirectory(data.resolve("platform"))
                .freePorts()
                .set("shutdown.drainTimeout", drain.toString())
                .start();
        millrace.deploy(
                "lines", (FunctionHandler) this::handle, definition -> definition.withTimeout(Duration.ofMinutes(10)));
    }

    /** As the API stores it. */
    private void map() throws IOException {
        ObjectNode mapping = (ObjectNode) new ObjectMapper()
                .readTree("{\"source\":{\"arn\":\"arn:aws:filelog:us-east-1:000000000000:" + log
                        + "\",\"bootstrapServers\":[],\"topics\":[],\"queues\":[],\"startingPosition\":\"TRIM_HORIZON\","
                        + "\"accessConfigurations\":[]},"
                        + "\"stream\":{\"parallelization\":2,\"bisects\":true,\"maximumRetries\":1,"
                        + "\"tumblingWindow\":\"PT0S\",\"onFailure\":\"arn:aws:sqs:us-east-1:000000000000:given-up\"},"
                        + "\"function\":\"arn:aws:lambda:us-east-1:000000000000:function:lines\",\"batchSize\":4,"
                        + "\"windowSeconds\":0,\"reportsItemFailures\":false,\"enabled\":true,\"lastModified\":0}");
        try (FunctionRegistry registry = FunctionRegistry.open(data.resolve("platform"))) {
            registry.documents().change(DocumentKind.EVENT_SOURCE_MAPPING, "", UUID, before -> Optional.of(mapping));
        }
    }

    private byte[] handle(byte[] event, FunctionContext context) throws InterruptedException {
        List<String> lines = new JsonObject(Buffer.buffer(event))
                .getJsonArray("Records").stream()
                        .map(record -> ((JsonObject) record).getString("text"))
                        .toList();
        entered.countDown();
        if (!gate.await(120, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the gate stays closed");
        }
        if (lines.contains("poison")) {
            throw new IllegalStateException("told to fail");
        }
        handled.addAll(lines);
        return "null".getBytes(StandardCharsets.UTF_8);
    }

    private void write(String partition, List<String> lines) throws IOException {
        Files.write(log.resolve(partition), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static List<String> lines(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "key-" + i % 3 + ":" + i).toList();
    }

    private void awaitHandled(List<String> lines) {
        await().atMost(PATIENCE).until(() -> handled.containsAll(lines));
    }

    private JsonObject givenUp() {
        try (JMSContext context = new JmsConnectionFactory(millrace.brokerUrl()).createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue("given-up"))) {
            Message message = consumer.receive(PATIENCE.toMillis());
            return new JsonObject(message.getBody(String.class));
        } catch (JMSException unreadable) {
            throw new AssertionError("the record cannot be read", unreadable);
        }
    }

    private String checkpoint() {
        try (FunctionRegistry registry = FunctionRegistry.open(data.resolve("platform"))) {
            return registry.checkpoints().of(UUID).find("p0").orElse("none");
        }
    }

    @Test
    void a_partition_feeds_a_function_and_after_a_restart_goes_on_behind_what_was_done() throws IOException {
        // Given a platform that takes the time to note what was done when it ends
        startPlatform(Duration.ofMinutes(1));
        write("p0", lines(0, 10));
        write("p0", List.of("poison"));
        write("p1", lines(100, 105));
        // When
        awaitHandled(lines(0, 10));
        awaitHandled(lines(100, 105));
        // Then what cannot be handled is at the destination, with its event
        JsonObject record = givenUp();
        assertThat(record.getJsonObject("requestContext").getString("condition"))
                .isEqualTo("RetryAttemptsExhausted");
        assertThat(record.getJsonObject("requestContext").getInteger("approximateInvokeCount"))
                .isEqualTo(2);
        assertThat(record.getJsonObject("FileBatchInfo").getString("firstLine")).isEqualTo("10");
        assertThat(record.getJsonObject("payload").getJsonArray("Records")).hasSize(1);
        // When
        millrace.close();
        assertThat(checkpoint()).isEqualTo("10");
        handled.clear();
        write("p0", lines(11, 15));
        startPlatform(Duration.ofSeconds(1));
        // Then
        awaitHandled(lines(11, 15));
        assertThat(handled).containsExactlyInAnyOrderElementsOf(lines(11, 15));
    }

    @Test
    void a_batch_that_outlasts_the_platform_comes_again() throws IOException, InterruptedException {
        // Given
        startPlatform(Duration.ofSeconds(1));
        gate = new CountDownLatch(1);
        write("p0", lines(0, 6));
        entered.await();
        // When
        millrace.close();
        gate.countDown();
        assertThat(checkpoint()).isEqualTo("none");
        handled.clear();
        startPlatform(Duration.ofSeconds(1));
        // Then
        awaitHandled(lines(0, 6));
        assertThat(new HashSet<>(handled)).containsExactlyInAnyOrderElementsOf(lines(0, 6));
    }
}
