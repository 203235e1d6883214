package io.millrace.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.access.AccessKey;
import io.millrace.runtime.access.Permission;
import io.millrace.runtime.access.RequestSigner;
import io.millrace.runtime.access.Role;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.accounting.FunctionReading;
import io.millrace.runtime.metrics.QueueFamilies.Look;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class MetricsApiTest {
    private static final FunctionName ORDERS = new FunctionName("orders");
    private static final String TOKEN = "a-long-enough-token";

    @TempDir
    private Path data;

    @Test
    void twenty_thousand_names_of_functions_cost_no_more_than_the_most_that_are_shown() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data, "metrics.functions=10")) {
            // Given
            floor.fill(20_000);
            // When
            String text = floor.get("/metrics").body();
            // Then
            assertThat(text)
                    .contains("millrace_invocations_total{function=\"bomb-9\",version=\"$LATEST\"} 1.0\n")
                    .contains("millrace_invocations_total{function=\"(others)\",version=\"(others)\"} 19990.0\n")
                    .contains("millrace_events{function=\"(others)\",state=\"waiting\"} 19990.0\n")
                    .contains("millrace_functions_without_label 19990.0\n")
                    .doesNotContain("bomb-10\"");
            assertThat(text.lines().filter(line -> line.startsWith("millrace_")))
                    .hasSizeLessThan(1_500);
        }
    }

    @Test
    void a_name_goes_with_its_function_and_its_place_goes_to_the_next_that_comes() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data, "metrics.functions=2")) {
            // Given
            floor.fill(3);
            floor.meters.forget(new FunctionName("bomb-0"));
            // When
            floor.meters.function(new FunctionName("new")).version("1").ended(true);
            floor.meters.function(new FunctionName("bomb-2")).version("1").ended(true);
            // Then
            assertThat(floor.get("/metrics").body())
                    .contains("millrace_errors_total{function=\"new\",version=\"1\"} 1.0\n")
                    .contains("millrace_errors_total{function=\"(others)\",version=\"(others)\"} 1.0\n")
                    .doesNotContain("_total{function=\"bomb-0\"")
                    .doesNotContain("_total{function=\"bomb-2\"");
        }
    }

    @Test
    void while_the_broker_is_away_a_scrape_tells_that_and_what_this_process_knows() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data)) {
            // Given
            floor.fill(1);
            floor.isBrokerConnected = false;
            // When
            HttpResponse<String> away = floor.get("/metrics");
            // Then
            assertThat(away.statusCode()).isEqualTo(200);
            assertThat(away.body())
                    .contains("millrace_broker_connected 0.0\n")
                    .contains("millrace_scrape_complete 0.0\n")
                    .contains("millrace_invocations_total{function=\"bomb-0\",version=\"$LATEST\"} 1.0\n")
                    .doesNotContain("millrace_events{");
            assertThat(floor.looks).hasValue(0);
        }
    }

    @Test
    void a_broker_that_goes_while_it_is_asked_costs_only_what_it_knows() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data)) {
            floor.readings = Future.failedFuture(new BrokerUnavailableException("gone"));

            assertThat(floor.get("/metrics").body())
                    .contains("millrace_broker_connected 1.0\n")
                    .contains("millrace_scrape_complete 0.0\n");
        }
    }

    @Test
    void a_version_with_provisioned_concurrency_is_shown_by_its_name_however_many_ran_before() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data)) {
            // Given
            IntStream.rangeClosed(1, 60).forEach(n -> floor.meters
                    .function(ORDERS)
                    .version(Integer.toString(n))
                    .ended(false));
            floor.ledger.provision(ORDERS, "60", 5);
            // Then
            assertThat(floor.get("/metrics").body())
                    .contains("millrace_invocations_total{function=\"orders\",version=\"(others)\"} 10.0\n")
                    .contains("millrace_provisioned_concurrency{function=\"orders\",version=\"60\"} 0.0\n");
        }
    }

    @Test
    void records_of_jobs_that_take_long_to_read_cost_nothing_of_what_the_broker_holds() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data)) {
            // Given
            floor.fill(1);
            floor.undone = Promise.<Map<String, Long>>promise().future();
            // Then
            assertThat(floor.get("/metrics").body())
                    .contains("millrace_scrape_complete 1.0\n")
                    .contains("millrace_events{function=\"bomb-0\",state=\"waiting\"} 1.0\n");
        }
    }

    @Test
    void however_many_scrape_at_once_the_broker_is_asked_once() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data)) {
            // Given
            Promise<Map<FunctionName, FunctionReading>> slow = Promise.promise();
            floor.readings = slow.future();
            // When
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            IntStream.range(0, 50).forEach(n -> answers.add(floor.sendAsync(floor.request("/metrics"))));
            answers.add(floor.sendAsync(floor.request("/_millrace/usage"))); // The event loop is free meanwhile.
            assertThat(answers.get(50).join().statusCode()).isEqualTo(200);
            await().atMost(Duration.ofMinutes(2)).until(() -> floor.taken.get() == 51);
            slow.complete(Map.of());
            // Then
            assertThat(answers).allMatch(answer -> answer.join().statusCode() == 200);
            assertThat(floor.looks).hasValue(1);
        }
    }

    /** What is shown of a queue that {@code left} events left, of which {@code told} ended and {@code undone} went back. */
    private static double unaccounted(QueueFamilies queues, long link, long left, long told, long undone) {
        Families families = new Families();
        FunctionReading reading = MetricsFloor.reading(new FunctionAccount(9, 2, 0, 0, 3, 4, 0), left, link, told);
        Look look = new Look(Map.of(ORDERS, reading), Map.of("invoke.orders", undone), Map.of());
        queues.add(families, look, MetricsFloor.NOW);
        assertThat(Shown.value(families, "millrace_oldest_event_age_seconds")).isEqualTo(90.0);
        return Shown.value(families, "millrace_unaccounted_events");
    }

    @Test
    void an_event_that_left_its_queue_without_an_end_is_told() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data)) {
            // Given: 5 left before anybody looked, 4 of them with an end since this server began.
            floor.meters.function(ORDERS);
            QueueFamilies queues = new QueueFamilies(floor.meters);
            assertThat(unaccounted(queues, 1, 5, 4, 0)).isEqualTo(0.0);
            // When 4 more left, 3 of them with an end
            assertThat(unaccounted(queues, 1, 9, 7, 0)).isEqualTo(1.0);
            // Then it stays
            assertThat(unaccounted(queues, 1, 20, 18, 0)).isEqualTo(1.0);
        }
    }

    @Test
    void a_broker_that_counts_from_0_again_leaves_nothing_unaccounted_and_hides_no_later_loss() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data)) {
            floor.meters.function(ORDERS);
            QueueFamilies queues = new QueueFamilies(floor.meters);
            // Given a broker that was young at the first look
            assertThat(unaccounted(queues, 1, 0, 0, 0)).isEqualTo(0.0);
            assertThat(unaccounted(queues, 1, 1_000, 1_000, 0)).isEqualTo(0.0);
            // When it begins anew, then
            assertThat(unaccounted(queues, 2, 0, 1_000, 0)).isEqualTo(0.0);
            assertThat(unaccounted(queues, 2, 50, 1_050, 0)).isEqualTo(0.0);
            assertThat(unaccounted(queues, 2, 60, 1_058, 0)).isEqualTo(2.0);
            // When it begins anew, and more left before the next look than had before, then
            assertThat(unaccounted(queues, 3, 200, 1_300, 0)).isEqualTo(0.0);
            assertThat(unaccounted(queues, 3, 201, 1_300, 0)).isEqualTo(1.0);
            // When somebody sets the broker's count to 0, then
            assertThat(unaccounted(queues, 3, 10, 1_310, 0)).isEqualTo(0.0);
            assertThat(unaccounted(queues, 3, 11, 1_310, 0)).isEqualTo(1.0);
        }
    }

    @Test
    void what_an_undo_brought_back_is_accounted_for() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data)) {
            floor.meters.function(ORDERS);
            QueueFamilies queues = new QueueFamilies(floor.meters);
            // Given an undo before the first look, and one more
            assertThat(unaccounted(queues, 1, 10, 0, 10)).isEqualTo(0.0);
            assertThat(unaccounted(queues, 1, 17, 2, 15)).isEqualTo(0.0);
            // When the link is made anew in the middle of an undo, which is written down at its end, then
            assertThat(unaccounted(queues, 2, 20, 2, 15)).isEqualTo(0.0);
            assertThat(unaccounted(queues, 2, 25, 2, 23)).isEqualTo(0.0);
            assertThat(unaccounted(queues, 2, 26, 2, 23)).isEqualTo(1.0);
        }
    }

    @Test
    void what_waits_in_the_broker_has_the_age_that_the_broker_tells_and_only_such_queues_are_asked() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data, "metrics.functions=4")) {
            // Given
            FunctionName held = new FunctionName("held");
            FunctionName paused = new FunctionName("paused");
            FunctionName unknown = new FunctionName("unknown");
            FunctionName idle = new FunctionName("idle");
            FunctionName other = new FunctionName("other");
            FunctionName broken = new FunctionName("broken");
            List.of(held, paused, unknown, idle, other).forEach(floor.meters::function);
            FunctionAccount waiting = new FunctionAccount(3, 3, 0, 0, 0, 0, 0);
            FunctionAccount delayed = new FunctionAccount(3, 0, 3, 0, 0, 0, 0);
            floor.readings = Future.succeededFuture(Map.of(
                    held, MetricsFloor.reading(waiting, 0, 0),
                    paused, atBroker(waiting, 1),
                    unknown, atBroker(waiting, 1),
                    idle, atBroker(delayed, 1),
                    other, atBroker(waiting, 1),
                    broken, atBroker(waiting, FunctionReading.NO_WORKER)));
            floor.ages = Map.of(paused, Duration.ofHours(2), broken, Duration.ofMinutes(1));
            // When
            String text = floor.get("/metrics").body();
            // Then
            assertThat(floor.asked).containsExactlyInAnyOrder(paused, unknown, broken);
            assertThat(text)
                    .contains("millrace_oldest_event_age_seconds{function=\"held\"} 90.0\n")
                    .contains("millrace_oldest_event_age_seconds{function=\"paused\"} 7200.0\n")
                    .contains("millrace_oldest_event_age_seconds{function=\"idle\"} 0.0\n")
                    .contains("millrace_oldest_event_age_seconds{function=\"broken\"} 60.0\n")
                    .contains("millrace_events{function=\"broken\",state=\"waiting\"} 3.0\n")
                    .doesNotContain("millrace_oldest_event_age_seconds{function=\"unknown\"}")
                    .doesNotContain("millrace_unaccounted_events{function=\"broken\"}");
        }
    }

    private static FunctionReading atBroker(FunctionAccount account, long link) {
        return new FunctionReading(account, 0, 0, link, 0, Optional.empty());
    }

    @Test
    void with_keys_a_scraper_needs_the_token_or_a_signature_of_who_may() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data, "metrics.token=" + TOKEN)) {
            // Given
            AccessKey reader = floor.access.keys().create("prometheus", Role.named("reader"));
            AccessKey caller = floor.access
                    .keys()
                    .create("caller", Role.custom(List.of(new Permission(List.of("lambda:*"), List.of("*")))));
            // Then
            assertThat(floor.get("/metrics").statusCode()).isEqualTo(403);
            assertThat(floor.get("/metrics", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
            assertThat(floor.get("/metrics", "Bearer " + TOKEN + "x").statusCode())
                    .isEqualTo(403);
            assertThat(floor.get("/metrics", "Bearer ").statusCode()).isEqualTo(403);
            assertThat(floor.get("/_millrace/usage", "Bearer " + TOKEN).statusCode())
                    .isEqualTo(403);
            assertThat(signed(floor, reader, "/metrics").statusCode()).isEqualTo(200);
            assertThat(signed(floor, reader, "/_millrace/usage").statusCode()).isEqualTo(200);
            assertThat(signed(floor, caller, "/metrics").body()).contains("millrace:GetMetrics");
            assertThat(signed(floor, caller, "/_millrace/usage").body()).contains("millrace:GetUsage");
        }
    }

    private static HttpResponse<String> signed(MetricsFloor floor, AccessKey key, String path) {
        URI uri = floor.request(path).build().uri();
        RequestSigner signer =
                new RequestSigner(key.id(), key.secret(), "us-east-1", InstantSource.fixed(MetricsFloor.NOW));
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        signer.sign("lambda", "GET", uri, Map.of(), new byte[0]).forEach((name, value) -> {
            if (!name.equalsIgnoreCase("host")) {
                request.header(name, value);
            }
        });
        return floor.sendAsync(request).join();
    }

    @Test
    void what_is_switched_off_is_not_there() throws Exception {
        try (MetricsFloor floor = new MetricsFloor(data, "metrics.enabled=false", "usage.retentionDays=0")) {
            assertThat(floor.get("/metrics").statusCode()).isEqualTo(404);
            assertThat(floor.get("/_millrace/usage").statusCode()).isEqualTo(404);
        }
    }
}
