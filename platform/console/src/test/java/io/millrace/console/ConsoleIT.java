package io.millrace.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.core.function.AsyncInvokeConfig;
import io.millrace.function.FunctionHandler;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console in a real browser: one run of browser/console.mjs through all pages, of which each test here is one part.
 * What it looked like is kept in target/console. ConsoleDoorTest and SessionTest need no browser.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before anything runs
class ConsoleIT {
    private static final Path SCREENSHOTS = Path.of("target", "console").toAbsolutePath();
    private static final int ORDERS = 25;
    private static final int PAYMENTS = 3;

    /** Until the server interrupts it at its end. */
    private static final FunctionHandler WAITS = (event, context) -> {
        new CountDownLatch(1).await();
        return event;
    };

    private static JsonNode seen;

    @BeforeAll
    static void use(@TempDir Path data) throws IOException, InterruptedException, TimeoutException {
        HeadlessBrowser browser = HeadlessBrowser.installed();
        Files.createDirectories(SCREENSHOTS);
        Files.deleteIfExists(SCREENSHOTS.resolve("results.json"));
        try (ConsoleServer server = ConsoleServer.start(data)) {
            prepare(server);
            browser.drive("/browser/console.mjs", SCREENSHOTS, server.url().toString(), SCREENSHOTS.toString());
        }
        seen = new ObjectMapper().readTree(SCREENSHOTS.resolve("results.json").toFile());
    }

    /** Functions, events that are done, dead letters, and a queue that a mapping reads. */
    private static void prepare(ConsoleServer server) throws TimeoutException {
        server.millrace().deploy("orders", new Shout());
        server.millrace()
                .deploy(
                        "payments",
                        new Shout(),
                        definition ->
                                definition.withAsync(AsyncInvokeConfig.LAMBDA_DEFAULT.withMaximumRetryAttempts(0)));
        server.millrace().deploy("patient", WAITS, definition -> definition
                .withTimeout(Duration.ofMinutes(15))
                .withReservedConcurrency(OptionalInt.of(1)));
        server.millrace().publish("patient", "{}").join();
        server.millrace().publish("patient", "{}").join();
        for (int event = 0; event < ORDERS; event++) {
            server.millrace().publish("orders", "{\"pieces\":" + event + "}").join();
        }
        for (int event = 0; event < PAYMENTS; event++) {
            server.millrace().publish("payments", "{\"fail\":" + event + "}").join();
        }
        createQueue(server.millrace().brokerUrl(), "orders-in");
        assertThat(server.send(
                                "POST",
                                "/2015-03-31/event-source-mappings/",
                                "{\"EventSourceArn\":\"arn:aws:sqs:us-east-1:000000000000:orders-in\","
                                        + "\"FunctionName\":\"orders\"}")
                        .statusCode())
                .isEqualTo(202);
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            JsonNode functions =
                    ConsoleServer.json(server.get("/_millrace/stats")).path("functions");
            assertThat(functions.at("/orders/succeeded").asInt()).isEqualTo(ORDERS);
            assertThat(functions.at("/payments/deadLettered").asInt()).isEqualTo(PAYMENTS);
        });
    }

    private static void createQueue(String broker, String name) throws TimeoutException {
        Vertx vertx = Vertx.vertx();
        try {
            BrokerConnection connection = BrokerConnection.open(vertx, BrokerAddress.parse(broker), "test")
                    .await(1, TimeUnit.MINUTES);
            connection.firstUp().await(1, TimeUnit.MINUTES);
            new BrokerManagement(connection)
                    .createQueue(new QueueSpec(name, true))
                    .await(1, TimeUnit.MINUTES);
            connection.close().await(1, TimeUnit.MINUTES);
        } finally {
            vertx.close().await(1, TimeUnit.MINUTES);
        }
    }

    private static void wasFine(String step) {
        assertThat(seen.path(step).asText("not tried")).isEqualTo("ok");
    }

    @Test
    void no_part_of_the_run_is_without_a_test() {
        assertThat(seen).hasSize(16);
    }

    @Test
    void the_overview_shows_what_became_of_events_and_balances() {
        wasFine("overview");
    }

    @Test
    void all_of_it_is_reached_by_keyboard_with_a_focus_that_is_seen() {
        wasFine("keyboard");
    }

    @Test
    void the_focus_stays_where_it_was_put_while_a_page_was_being_read() {
        wasFine("focus");
    }

    @Test
    void a_test_invocation_shows_the_result_the_log_and_how_long_it_took() {
        wasFine("invoke");
    }

    @Test
    void markup_in_an_event_its_result_and_its_log_is_text_and_nothing_of_it_runs() {
        wasFine("escaped");
    }

    @Test
    void a_saved_event_survives_a_reload_and_is_never_in_the_address() {
        wasFine("saved");
    }

    @Test
    void the_error_of_a_function_is_shown_as_one() {
        wasFine("failure");
    }

    @Test
    void a_function_whose_events_wait_says_what_for() {
        wasFine("waits");
    }

    @Test
    void the_parts_of_a_function_are_shown_and_its_reservation_changed() {
        wasFine("tabs");
    }

    @Test
    void queues_are_found_by_name_and_internal_ones_shown_when_asked_for() {
        wasFine("queues");
    }

    @Test
    void a_mapping_is_disabled_by_a_button() {
        wasFine("mappings");
    }

    @Test
    void no_page_scrolls_sideways_on_a_phone() {
        wasFine("phone");
    }

    @Test
    void the_pages_are_dark_where_the_system_is() {
        wasFine("dark");
    }

    @Test
    void a_server_that_is_away_is_told_of_what_was_shown_stays_and_it_goes_on_by_itself() {
        wasFine("away");
    }

    @Test
    void the_browser_has_no_complaint_and_nothing_is_asked_of_elsewhere() {
        wasFine("quiet");
    }

    @Test
    void with_keys_a_wrong_secret_is_refused_and_the_right_one_shows_the_pages() {
        wasFine("sign-in");
    }
}
