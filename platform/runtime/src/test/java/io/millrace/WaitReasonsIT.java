package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.core.function.FunctionName;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.environment.process.Zip;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.FunctionState;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.Field;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each reason for which an event can wait (docs/logs.md), as a real server tells it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class WaitReasonsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final FunctionHandler ECHO = (event, context) -> event;
    private static final FunctionHandler FAILS = (event, context) -> {
        throw new IllegalStateException("as it was told");
    };
    private static final FunctionName BROKEN = new FunctionName("broken");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Vertx vertx = Vertx.vertx();

    private Millrace millrace;
    private BrokerConnection connection;
    private BrokerManagement management;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            registry.save(broken(registry));
        }
        millrace = Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .http("127.0.0.1", 0)
                .set("async.retryDelay", "PT1H")
                .set("concurrency.account", "6")
                .set("function.timeout", "PT15M")
                .start();
        connection = done(BrokerConnection.open(vertx, BrokerAddress.parse(millrace.brokerUrl()), "test"));
        done(connection.firstUp());
        management = new BrokerManagement(connection);
    }

    /** One that could not be created, so that nobody takes its events. */
    private static RegisteredFunction broken(FunctionRegistry registry) {
        FunctionConfiguration configuration = new FunctionConfiguration(
                "app.handler",
                "python3.12",
                Optional.empty(),
                "",
                Duration.ofSeconds(3),
                128,
                512,
                List.of(),
                Map.of());
        CodeReference code = registry.storeCode(new Zip()
                .file("app.py", "def handler(event, context): return event")
                .bytes());
        return RegisteredFunction.created(BROKEN, configuration, Optional.of(code), Instant.EPOCH)
                .withState(FunctionState.failed("no room"));
    }

    @AfterAll
    void stop() throws Exception {
        done(connection.close());
        done(vertx.close());
        millrace.close();
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private String publish(String function) {
        return millrace.publish(function, "{}").join();
    }

    private JsonNode why(String function, String query) throws Exception {
        URI asked = millrace.httpUrl().orElseThrow().resolve("/_millrace/functions/" + function + "/waiting" + query);
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(asked).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private void awaitWhy(String function, String id, ThrowingConsumer<JsonNode> expectation) {
        await().atMost(PATIENCE).untilAsserted(() -> expectation.accept(why(function, "?request-id=" + id)));
    }

    private void awaitPlace(String function, String id, String place, String reason, String detail) {
        awaitWhy(function, id, shown -> {
            assertThat(shown.path("place").asText()).as(shown.toString()).isEqualTo(place);
            assertThat(shown.path("reason").asText()).as(shown.toString()).isEqualTo(reason);
            assertThat(shown.path("detail").asText()).contains(detail);
        });
    }

    private void occupy(String function) {
        String id = publish(function);
        awaitPlace(function, id, "Running", "", "it runs");
    }

    /** Of a function as a whole. */
    private void awaitReason(String function, String reason, String detail) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(why(function, "").path("reasons")).anySatisfy(each -> {
                            assertThat(each.path("reason").asText()).isEqualTo(reason);
                            assertThat(each.path("detail").asText()).contains(detail);
                        }));
    }

    @Test
    void no_permit_names_the_limit_that_is_used_up() {
        CountDownLatch end = new CountDownLatch(1);
        FunctionHandler untilTheEnd = (event, context) -> {
            end.await();
            return event;
        };
        try {
            useAllPermits(untilTheEnd);
        } finally {
            end.countDown();
        }
    }

    private void useAllPermits(FunctionHandler untilTheEnd) {
        // Of 6 permits 1 is reserved, and 5 are everybody's.
        millrace.deploy("reserved", untilTheEnd);
        millrace.reserve("reserved", OptionalInt.of(1));
        millrace.deploy("everybody", untilTheEnd);
        millrace.deploy("somebody", ECHO);
        occupy("reserved");

        awaitPlace("reserved", publish("reserved"), "Waiting", "NoPermit", "reserved concurrency 1 is used up");

        for (int n = 0; n < 5; n++) {
            occupy("everybody");
        }
        awaitPlace(
                "somebody",
                publish("somebody"),
                "Waiting",
                "NoPermit",
                "the unreserved pool of 5 of the account's 6 is used up; of this function 0 run");

        // What others hold is reserved as soon as they end.
        millrace.deploy("later", ECHO);
        millrace.reserve("later", OptionalInt.of(2));
        awaitPlace(
                "later",
                publish("later"),
                "Waiting",
                "NoPermit",
                "the account's limit of 6 is used up; of this function's reserved concurrency 2, 0 run");
    }

    @Test
    void the_event_that_holds_the_group_is_named() {
        millrace.deploy("grouped", FAILS);
        PublishOptions group = PublishOptions.NONE.withMessageGroup("customer-7");
        byte[] event = "{}".getBytes(StandardCharsets.UTF_8);
        String first = millrace.publish("grouped", event, group).join();
        awaitWhy("grouped", first, shown -> {
            assertThat(shown.path("place").asText()).isEqualTo("Delayed");
            assertThat(shown.path("detail").asText()).startsWith("attempt 1 failed at ");
            assertThat(Instant.parse(shown.path("until").asText()))
                    .isAfter(Instant.now().plus(Duration.ofMinutes(30)));
        });

        String second = millrace.publish("grouped", event, group).join();

        awaitWhy("grouped", second, shown -> {
            assertThat(shown.path("reason").asText()).isEqualTo("GroupLocked");
            assertThat(shown.path("heldBy").asText()).isEqualTo(first);
            assertThat(shown.path("detail").asText()).contains("message group 'customer-7' is held by event " + first);
            assertThat(shown.has("until")).isTrue();
        });
    }

    @Test
    void an_event_whose_key_is_in_use_says_so_and_when_it_is_tried_again() {
        CountDownLatch end = new CountDownLatch(1);
        FunctionHandler untilTheEnd = (event, context) -> {
            end.await();
            return event;
        };
        try {
            millrace.deploy("keyed", untilTheEnd);
            PublishOptions key = PublishOptions.NONE.withIdempotencyKey("order-7");
            byte[] event = "{}".getBytes(StandardCharsets.UTF_8);
            String first = millrace.publish("keyed", event, key).join();
            awaitPlace("keyed", first, "Running", "", "it runs");
            String second = millrace.publish("keyed", event, key).join();

            awaitPlace("keyed", second, "Waiting", "KeyInUse", "another invocation runs under its idempotency key");
            awaitWhy("keyed", second, shown -> assertThat(
                            Instant.parse(shown.path("until").asText()))
                    .isAfter(Instant.now().plus(Duration.ofMinutes(30))));
        } finally {
            end.countDown();
        }
    }

    @Test
    void an_event_that_its_publisher_wanted_later_says_when_it_comes() throws Exception {
        millrace.deploy("patient", ECHO);
        Instant due = Instant.ofEpochMilli(System.currentTimeMillis() + 3_600_000);
        String id = UUID.randomUUID().toString();

        Message event = EventMessages.durable(id, "{}".getBytes(StandardCharsets.UTF_8), Map.of(), null);
        event.setMessageAnnotations(
                new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-delivery-time"), due.toEpochMilli())));
        done(new Publisher(connection).send("invoke.patient", event));

        awaitPlace("patient", id, "Delayed", "Delayed", "its publisher wanted it delivered later");
        assertThat(why("patient", "?request-id=" + id).path("until").asText()).isEqualTo(due.toString());
    }

    @Test
    void a_function_that_is_off_says_where_its_events_go() {
        millrace.deploy("off", ECHO);
        millrace.reserve("off", OptionalInt.of(0));

        awaitReason("off", "SwitchedOff", "reserved concurrency is 0");
        awaitPlace("off", publish("off"), "DeadLettered", "", "dead letters");
    }

    @Test
    void a_function_that_could_not_be_created_has_nobody_who_takes_its_events() throws Exception {
        done(management.createQueue(new QueueSpec("invoke.broken", true)));
        String id = UUID.randomUUID().toString();
        done(new Publisher(connection)
                .send(
                        "invoke.broken",
                        EventMessages.durable(id, "{}".getBytes(StandardCharsets.UTF_8), Map.of(), null)));

        awaitPlace("broken", id, "Waiting", "NoWorker", "nobody takes events from the queue");
        awaitReason("broken", "NoWorker", "nobody takes events from the queue");
        assertThat(why("broken", "").path("stateReason").asText()).isEqualTo("no room");
    }

    @Test
    void a_queue_that_somebody_paused_says_so() throws Exception {
        millrace.deploy("paused", ECHO);
        done(management.operation("queue.invoke.paused", "pause"));

        awaitPlace("paused", publish("paused"), "Waiting", "QueuePaused", "the queue is paused at the broker");
    }

    @Test
    void a_broker_whose_disk_is_full_says_so() throws Exception {
        millrace.deploy("full", ECHO);
        publish("full");
        keepFree(Long.MAX_VALUE);
        try {
            awaitReason("full", "BrokerFull", "the broker's disk has too little room");
            assertThat(done(management.operation("queue.invoke.full", "countMessages"))
                            .asInt())
                    .as("what tools ask the broker is answered all the same")
                    .isNotNegative();
        } finally {
            keepFree(0);
        }
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(why("full", "").path("reasons").toString()).doesNotContain("BrokerFull"));
        // What asked whether there is room was no event.
        await().atMost(PATIENCE).untilAsserted(() -> {
            FunctionAccount account =
                    Objects.requireNonNull(millrace.stats().join().get("full"));
            assertThat(account.accepted()).isEqualTo(1);
            assertThat(account.succeeded()).isEqualTo(1);
        });
    }

    @Test
    void a_queue_that_is_as_full_as_it_may_be_says_so() throws Exception {
        millrace.deploy("filled", ECHO);
        done(management.operation("queue.invoke.filled", "pause"));
        String limits = "{\"maxSizeBytes\":200000,\"pageSizeBytes\":100000,\"pageLimitBytes\":100000,"
                + "\"addressFullMessagePolicy\":\"PAGE\",\"pageFullMessagePolicy\":\"FAIL\"}";
        done(management.operation("broker", "addAddressSettings", "invoke.filled", limits));
        assertThatThrownBy(() -> {
                    for (int n = 0; n < 100; n++) {
                        millrace.publish("filled", new byte[50_000]).join();
                    }
                })
                .hasMessageContaining("is full");

        awaitReason("filled", "BrokerFull", "its queue has as many bytes as it may have");
    }

    /** Bytes of the disk; what the broker's configuration calls min-disk-free. */
    private void keepFree(long bytes) throws ReflectiveOperationException {
        Object broker = millrace.embeddedBroker().orElseThrow();
        Field field = broker.getClass().getDeclaredField("server");
        field.setAccessible(true);
        Object server = field.get(broker);
        Object monitor = server.getClass().getMethod("getMonitor").invoke(server);
        monitor.getClass().getMethod("setMinDiskFree", long.class).invoke(monitor, bytes);
    }
}
