package io.millrace.runtime.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.management.QueueState;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.relay.Relays;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Buses on the real broker, where there are no functions. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(180)
class EventBusesTest {
    private static final IdentitySettings IDENTITY = new IdentitySettings("us-east-1", "000000000000");
    private static final String QUEUE = "arn:aws:sqs:us-east-1:000000000000:";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROUNDS = 20;

    private static final Vertx VERTX = Vertx.vertx();
    private static EmbeddedBroker broker;
    private static FunctionRegistry registry;
    private static BrokerManagement management;
    private static Relays relays;
    private static EventBuses buses;

    @BeforeAll
    static void start(@TempDir Path directory) {
        broker = EmbeddedBroker.start(
                EmbeddedBrokerOptions.of(directory.resolve("broker")).withFreePorts(), failure -> {});
        registry = FunctionRegistry.open(directory);
        management = new BrokerManagement(connect("manage"));
        relays = new Relays(connect("relay"), management, noFunctions(), awake -> {}, InstantSource.system());
        buses = new EventBuses(
                VERTX,
                registry.documents(),
                management,
                new Publisher(connect("publish")),
                relays,
                IDENTITY,
                InstantSource.system());
        get(buses.resume());
    }

    @AfterAll
    static void stop() {
        get(relays.close(Duration.ofSeconds(1)));
        get(VERTX.close());
        registry.close();
        broker.close();
    }

    private static FunctionAdministration noFunctions() {
        return (FunctionAdministration) Proxy.newProxyInstance(
                EventBusesTest.class.getClassLoader(),
                new Class<?>[] {FunctionAdministration.class},
                (proxy, asked, arguments) -> Optional.empty());
    }

    private static BrokerConnection connect(String name) {
        BrokerConnection connection =
                get(BrokerConnection.open(VERTX, BrokerAddress.local("127.0.0.1", broker.amqpPort()), name));
        get(connection.firstUp());
        return connection;
    }

    private static <T> T get(Future<T> future) {
        return future.timeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private static RuleTarget target(String arn, Optional<String> deadLetters) {
        return new RuleTarget(
                "t",
                arn,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(0),
                Optional.empty(),
                deadLetters);
    }

    private static void putRule(String rule, RuleTarget target) {
        get(buses.putRule(new EventRule("default", rule, "", "{\"source\":[\"" + rule + "\"]}", true, List.of())));
        get(buses.putTargets("default", rule, List.of(target)));
    }

    private static boolean isThere(String queue) {
        return get(management.queueNames()).contains(queue);
    }

    @Test
    void a_removed_target_leaves_no_queue_whatever_happens_to_its_rule_meanwhile() {
        for (int round = 0; round < ROUNDS; round++) {
            // Given
            putRule("busy", target(QUEUE + "orders", Optional.empty()));
            // When
            List<Future<Void>> changes = new ArrayList<>();
            changes.add(buses.enable("default", "busy", true));
            changes.add(buses.removeTargets("default", "busy", List.of("t")));
            for (int i = 0; i < 10; i++) {
                changes.add(buses.enable("default", "busy", true));
                changes.add(get(management.queueNames().map(asked -> buses.enable("default", "busy", true))));
            }
            get(Future.all(changes));
            // Then
            assertThat(buses.requireRule("default", "busy").targets()).isEmpty();
            assertThat(isThere("bus.default/rule/busy/t")).isFalse();
        }
    }

    @Test
    void what_a_broker_lost_is_made_again() {
        // Given
        putRule("lost", target(QUEUE + "orders", Optional.empty()));
        get(management.deleteAddress("bus.default"));
        assertThat(isThere("bus.default/rule/lost/t")).isFalse();
        // When
        get(buses.resume());
        // Then
        assertThat(isThere("bus.default/rule/lost/t")).isTrue();
    }

    @Test
    void a_message_whose_dead_letter_queue_does_not_exist_is_given_up() {
        // Given
        putRule(
                "lonely",
                target(
                        "arn:aws:lambda:us-east-1:000000000000:function:nobody",
                        Optional.of(QUEUE + "dlq.nobody-either")));
        // When
        get(buses.put(
                "default",
                new BusEntry(
                        Instant.now(),
                        "lonely",
                        "any",
                        List.of(),
                        JsonNodeFactory.instance.objectNode(),
                        Optional.empty())));
        // Then
        await().atMost(PATIENCE).until(() -> get(management.findQueue("bus.default/rule/lonely/t"))
                .filter(queue -> queue.added() == 1)
                .map(QueueState::messages)
                .filter(left -> left == 0)
                .isPresent());
    }
}
