package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.environment.process.Zip;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server with more functions than a start attaches to their queues before it takes events (docs/adr/0009). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class ManyFunctionsIT {
    private static final int MANY = 240;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path data;

    private static Vertx vertx;

    @BeforeAll
    static void register() {
        vertx = Vertx.vertx();
        byte[] code = new Zip()
                .file("app.py", "def handler(event, context): return 7")
                .bytes();
        FunctionConfiguration configuration = new FunctionConfiguration(
                "app.handler",
                "python3.12",
                Optional.empty(),
                "",
                Duration.ofSeconds(60),
                128,
                512,
                List.of(),
                Map.of());
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            CodeReference stored = registry.storeCode(code);
            for (int number = 0; number < MANY; number++) {
                registry.save(RegisteredFunction.created(
                        new FunctionName(name(number)), configuration, Optional.of(stored), Instant.now()));
            }
        }
        start().close(); // Makes the queues.
    }

    @AfterAll
    static void stop() {
        await(vertx.close());
    }

    private static String name(int number) {
        return String.format("crowd-%03d", number);
    }

    private static MillraceBuilder builder() {
        return Millrace.builder().dataDirectory(data).freePorts();
    }

    private static Millrace start() {
        return builder().start();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    /** A client of the broker that knows nothing of the platform. */
    private record Client(BrokerConnection connection, BrokerManagement management) implements AutoCloseable {
        static Client of(BrokerAddress address) {
            BrokerConnection connection = ManyFunctionsIT.await(BrokerConnection.open(vertx, address, "test"));
            ManyFunctionsIT.await(connection.firstUp());
            return new Client(connection, new BrokerManagement(connection));
        }

        static Client of(Millrace millrace) {
            return of(BrokerAddress.parse(millrace.brokerUrl()));
        }

        void publish(int... functions) {
            Publisher publisher = new Publisher(connection);
            for (int number : functions) {
                byte[] payload = "{}".getBytes(StandardCharsets.UTF_8);
                String id = UUID.randomUUID().toString();
                ManyFunctionsIT.await(
                        publisher.send("invoke." + name(number), EventMessages.durable(id, payload, Map.of(), null)));
            }
        }

        JsonNode policy(int function) throws IOException {
            String policy = ManyFunctionsIT.await(
                            management.operation("broker", "getAddressSettingsAsJSON", "invoke." + name(function)))
                    .asText();
            return new ObjectMapper().readTree(policy);
        }

        List<QueueState> queues(String part) {
            return ManyFunctionsIT.await(management.listQueues(part));
        }

        @Override
        public void close() {
            ManyFunctionsIT.await(connection.close());
        }
    }

    private static long succeeded(Millrace millrace, String function) {
        return Objects.requireNonNull(millrace.stats().join().get(function), function)
                .succeeded();
    }

    private static void awaitSuccess(Millrace millrace, int... functions) {
        for (int number : functions) {
            Awaitility.await().atMost(PATIENCE).until(() -> succeeded(millrace, name(number)) == 1);
        }
    }

    @Test
    void a_function_that_is_used_right_after_the_start_answers_and_runs_its_events() {
        try (Millrace millrace = start()) {
            var answer = millrace.invoke(name(MANY - 1), "{}");
            millrace.publish(name(MANY - 2), "{}").join();

            assertThat(answer.join().text()).isEqualTo("7");
            awaitSuccess(millrace, MANY - 2);
        }
    }

    @Test
    void what_others_put_into_a_queue_runs_whether_they_did_before_the_start_or_after_it() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                        EmbeddedBrokerOptions.of(data.resolve("broker")).withFreePorts(), failure -> {});
                Client client = Client.of(BrokerAddress.local("127.0.0.1", broker.amqpPort()))) {
            client.publish(10, 110, 210);
        }
        try (Millrace millrace = start();
                Client client = Client.of(millrace)) {
            client.publish(20, 120, 220);

            awaitSuccess(millrace, 10, 110, 210, 20, 120, 220);
        }
    }

    @Test
    void in_the_end_every_function_has_its_worker_and_is_counted_from_the_beginning() {
        try (Millrace millrace = start();
                Client client = Client.of(millrace)) {
            assertThat(millrace.stats().join()).containsKeys(name(0), name(200), name(MANY - 4));

            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
                for (String prefix : List.of("invoke.", "call.", "expired.")) {
                    assertThat(client.queues(prefix))
                            .hasSizeGreaterThan(MANY - 5)
                            .allMatch(queue -> queue.consumers() == 1);
                }
            });
        }
    }

    @Test
    void the_fullest_queues_are_found_without_looking_at_the_others() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(
                        EmbeddedBrokerOptions.of(data.resolve("broker")).withFreePorts(), failure -> {});
                Client client = Client.of(BrokerAddress.local("127.0.0.1", broker.amqpPort()))) {
            client.publish(30, 40, 40, 40, 50, 50);

            assertThat(await(client.management().fullestQueues(2)))
                    .extracting(QueueState::name)
                    .containsExactly("invoke." + name(40), "invoke." + name(50));
        }
    }

    @Test
    void a_start_with_other_defaults_has_them_in_force_for_every_function_before_it_takes_events() throws Exception {
        try (Millrace millrace = builder().set("async.retryDelay", "PT7S").start();
                Client client = Client.of(millrace)) {
            assertThat(client.policy(MANY - 4).path("redeliveryDelay").asLong()).isEqualTo(7_000);
        }
        try (Millrace millrace = start();
                Client client = Client.of(millrace)) {
            assertThat(client.policy(MANY - 4).path("redeliveryDelay").asLong()).isEqualTo(60_000);
        }
    }

    @Test
    void a_policy_that_somebody_took_from_the_broker_is_put_right_after_the_next_start() throws Exception {
        String deadLetters = "dlq." + name(MANY - 5);
        try (Millrace millrace = start();
                Client client = Client.of(millrace)) {
            await(client.management().removePolicy("invoke." + name(MANY - 5)));
        }
        try (Millrace millrace = start();
                Client client = Client.of(millrace)) {
            Awaitility.await().atMost(PATIENCE).until(() -> client.policy(MANY - 5)
                    .path("deadLetterAddress")
                    .asText()
                    .equals(deadLetters));
        }
    }

    @Test
    void a_queue_that_somebody_took_from_the_broker_is_there_again_before_events_are_taken() throws Exception {
        String name = name(MANY - 6);
        try (Millrace millrace = start();
                Client client = Client.of(millrace)) {
            await(client.management().removePolicy("invoke." + name));
            await(client.management().deleteQueue("invoke." + name));
        }
        try (Millrace millrace = start();
                Client client = Client.of(millrace)) {
            assertThat(client.policy(MANY - 6).path("deadLetterAddress").asText())
                    .isEqualTo("dlq." + name);

            millrace.publish(name, "{}").join();

            awaitSuccess(millrace, MANY - 6);
        }
    }

    @Test
    void a_function_that_is_removed_right_after_the_start_stays_removed() {
        String name = name(MANY - 3);
        try (Millrace millrace = start();
                Client client = Client.of(millrace)) {
            millrace.remove(name);

            // Behind all that was to be attached.
            Awaitility.await().atMost(PATIENCE).until(() -> client.queues("invoke.").stream()
                    .allMatch(queue -> queue.consumers() == 1));
            assertThat(client.queues(name)).isEmpty();
            assertThat(millrace.stats().join()).doesNotContainKey(name);
        }
    }
}
