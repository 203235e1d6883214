package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server tells of itself after all kinds of traffic, and what is shipped to look at it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(600)
class MetricsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Path SHIPPED = Path.of("../../broker-config/monitoring");
    private static final Pattern SERIES = Pattern.compile("([a-z_0-9]+)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    @TempDir
    static Path data;

    private static Millrace millrace;
    private static Path running;

    @BeforeAll
    static void start() throws Exception {
        running = data;
        millrace = open();
        FunctionHandler failing = (event, context) -> {
            throw new IllegalStateException("always");
        };
        FunctionHandler echo = (event, context) -> event;
        millrace.deploy("echo", echo);
        millrace.deploy("failing", failing);
        millrace.deploy("reserved", echo);
        millrace.reserve("reserved", OptionalInt.of(1));
        post("/2015-03-31/functions/echo/invocations", "RequestResponse", "{\"n\":1}");
        post("/2015-03-31/functions/echo/invocations", "RequestResponse", "{\"n\":2}");
        for (int n = 0; n < 3; n++) {
            millrace.publish("echo", "{}").join();
        }
        millrace.publish("failing", "{}").join();
        await().atMost(PATIENCE)
                .until(() ->
                        account("echo").succeeded() == 3 && account("failing").deadLettered() == 1);
        map();
    }

    private static Millrace open() {
        return Millrace.builder()
                .dataDirectory(running)
                .freePorts()
                .http("127.0.0.1", 0)
                .set("async.retryDelay", "PT0.05S")
                .set("async.maximumRetryAttempts", "1")
                .start();
    }

    /** A queue of the broker that feeds a function, and is empty. */
    private static void map() throws Exception {
        HttpResponse<String> mapped = post(
                "/2015-03-31/event-source-mappings",
                "",
                "{\"EventSourceArn\": \"arn:aws:sqs:us-east-1:000000000000:dlq.echo\", \"FunctionName\": \"echo\"}");
        assertThat(mapped.statusCode()).as(mapped.body()).isEqualTo(202);
        String uuid = JSON.readTree(mapped.body()).path("UUID").asText();
        await().atMost(PATIENCE)
                .until(() ->
                        get("/2015-03-31/event-source-mappings/" + uuid).body().contains("\"Enabled\""));
    }

    @AfterAll
    static void stop() {
        millrace.close();
    }

    private static FunctionAccount account(String function) {
        return Objects.requireNonNull(millrace.stats().join().get(function), function);
    }

    private static HttpResponse<String> post(String path, String type, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        millrace.httpUrl().orElseThrow().resolve(path))
                .POST(BodyPublishers.ofString(body));
        return CLIENT.send(
                (type.isEmpty() ? request : request.header("X-Amz-Invocation-Type", type)).build(),
                BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(millrace.httpUrl().orElseThrow().resolve(path))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Values by name and labels, as in {@code name{a=b,c=d}}, when the broker has told what it holds. */
    private static Map<String, Double> scrape() {
        String text = await().atMost(PATIENCE)
                .until(() -> get("/metrics").body(), body -> body.contains("millrace_scrape_complete 1.0"));
        Map<String, Double> series = new LinkedHashMap<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher parsed = SERIES.matcher(line);
            assertThat(parsed.matches()).as(line).isTrue();
            String labels = parsed.group(2) == null
                    ? ""
                    : LABEL.matcher(parsed.group(2))
                            .results()
                            .map(label -> label.group(1) + "=" + label.group(2))
                            .collect(Collectors.joining(","));
            series.put(parsed.group(1) + "{" + labels + "}", Double.valueOf(parsed.group(3)));
        });
        return series;
    }

    @Test
    void a_scrape_tells_what_ran_failed_was_given_up_and_is_left() throws Exception {
        await().atMost(PATIENCE.multipliedBy(2)).untilAsserted(() -> assertThat(scrape())
                .containsEntry("millrace_invocations_total{function=echo,version=$LATEST}", 5.0)
                .containsEntry("millrace_errors_total{function=echo,version=$LATEST}", 0.0)
                .containsEntry("millrace_invocations_total{function=failing,version=$LATEST}", 2.0)
                .containsEntry("millrace_errors_total{function=failing,version=$LATEST}", 2.0)
                .containsEntry("millrace_duration_seconds_count{function=failing,version=$LATEST}", 2.0)
                .containsEntry("millrace_cold_starts_total{function=failing,version=$LATEST}", 1.0)
                .containsEntry("millrace_async_event_age_seconds_count{function=echo}", 3.0)
                .containsEntry("millrace_async_events_received_total{function=echo}", 3.0)
                .containsEntry("millrace_events_succeeded_total{function=echo}", 3.0)
                .containsEntry("millrace_async_events_dropped_total{function=failing,reason=RetriesExhausted}", 1.0)
                .containsEntry("millrace_redeliveries_total{function=failing}", 1.0)
                .containsEntry("millrace_events{function=failing,state=dead-lettered}", 1.0)
                .containsEntry("millrace_events{function=echo,state=waiting}", 0.0)
                .containsEntry("millrace_concurrent_executions{function=echo}", 0.0)
                .containsEntry("millrace_reserved_concurrency{function=reserved}", 1.0)
                .containsEntry("millrace_broker_connected{}", 1.0)
                .containsEntry("millrace_scrape_complete{}", 1.0)
                .containsEntry("millrace_concurrent_executions_limit{}", 1_000.0)
                .containsKeys("jvm_memory_used_bytes{area=heap,id=" + heap() + "}", "process_uptime_seconds{}"));
    }

    private static String heap() {
        return scrape().keySet().stream()
                .filter(name -> name.startsWith("jvm_memory_used_bytes{area=heap,id="))
                .map(name -> name.substring(name.indexOf("id=") + 3, name.length() - 1))
                .findFirst()
                .orElse("no heap");
    }

    @Test
    void after_retries_and_dead_letters_no_event_has_left_without_an_end() throws Exception {
        // Given: the first look is where it begins to compare.
        FunctionHandler failing = (event, context) -> {
            throw new IllegalStateException("always");
        };
        millrace.deploy("retried", failing);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(scrape()).containsKey("millrace_unaccounted_events{function=retried}"));
        // When
        for (int n = 0; n < 5; n++) {
            millrace.publish("retried", "{}").join();
        }
        // Then
        await().atMost(PATIENCE.multipliedBy(2)).untilAsserted(() -> assertThat(scrape())
                .containsEntry("millrace_async_events_received_total{function=retried}", 5.0)
                .containsEntry("millrace_redeliveries_total{function=retried}", 5.0)
                .containsEntry("millrace_events{function=retried,state=dead-lettered}", 5.0)
                .containsEntry("millrace_unaccounted_events{function=retried}", 0.0));
    }

    @Test
    void meters_of_a_deleted_function_disappear() throws Exception {
        // Given
        FunctionHandler echo = (event, context) -> event;
        millrace.deploy("leaving", echo);
        await().atMost(PATIENCE.multipliedBy(2)).untilAsserted(() -> assertThat(scrape())
                .containsKey("millrace_throttles_total{function=leaving,type=Event}"));
        // When
        millrace.remove("leaving");
        // Then
        await().atMost(PATIENCE.multipliedBy(2)).untilAsserted(() -> assertThat(scrape().keySet())
                .noneMatch(series -> series.contains("function=leaving,") || series.contains("=leaving}")));
    }

    @Test
    void usage_of_a_function_is_told_at_once_with_all_that_ran() throws Exception {
        JsonNode total =
                JSON.readTree(get("/_millrace/usage?function=echo").body()).path("total");

        assertThat(total.path("requests").asLong()).isEqualTo(5);
        assertThat(total.path("coldStarts").asLong()).isBetween(1L, 5L);
        // Five times at least one billed millisecond of 128 MB, and two calls with 7 bytes and three events with 2.
        assertThat(total.path("megabyteMilliseconds").asLong()).isGreaterThanOrEqualTo(5 * 128);
        assertThat(total.path("bytesIn").asLong()).isEqualTo(2 * 7 + 3 * 2);
        assertThat(total.path("bytesOut").asLong()).isEqualTo(2 * 7 + 3 * 2);
    }

    @Test
    void dashboard_and_alert_rules_use_what_a_server_shows_and_nothing_else() throws Exception {
        // Given
        Set<String> shown = scrape().keySet();
        JsonNode dashboard = JSON.readTree(Files.readString(SHIPPED.resolve("grafana-dashboard.json")));
        JsonNode alerts = new YAMLMapper().readTree(Files.readString(SHIPPED.resolve("alerts.yaml")));
        // When
        List<Expression> used = new ArrayList<>();
        dashboard.path("panels").forEach(panel -> panel.path("targets")
                .forEach(target -> used.add(new Expression(
                        target.path("expr").asText(),
                        target.path("legendFormat").asText()))));
        alerts.path("groups").forEach(group -> group.path("rules")
                .forEach(rule -> used.add(new Expression(
                        rule.path("expr").asText(), rule.path("annotations").toString()))));
        // Then
        assertThat(used).hasSizeGreaterThan(30).allSatisfy(expression -> expression.requireIn(shown));
        assertThat(alerts.path("groups").findValuesAsText("alert"))
                .contains(
                        "MillraceThrottles",
                        "MillraceOldestEventTooOld",
                        "MillraceDeadLettersGrow",
                        "MillraceAccountingOutOfBalance",
                        "MillraceBrokerDisconnected",
                        "MillraceMappingStuck");
    }

    /** What a panel or a rule asks, and the text that shows the answer. */
    private record Expression(String query, String text) {
        private static final Pattern METRIC =
                Pattern.compile("\\b((?:millrace|jvm|process|system)_[a-z_]+)(?:\\{([^}]*)})?");
        private static final Pattern MATCHER = Pattern.compile("([a-z_]+)=~?\"([^\"]*)\"");
        private static final Pattern BY = Pattern.compile("by \\(([^)]*)\\)");
        private static final Pattern MENTIONED = Pattern.compile("\\{\\{ ?(?:\\$labels\\.)?([a-z]+) ?}}");

        void requireIn(Set<String> shown) {
            List<String> found = new ArrayList<>();
            METRIC.matcher(query).results().forEach(metric -> {
                List<String> series = shown.stream()
                        .filter(each -> each.startsWith(metric.group(1) + "{"))
                        .filter(each -> matches(each, metric.group(2) == null ? "" : metric.group(2)))
                        .toList();
                assertThat(series)
                        .as("series for " + metric.group() + " of " + query)
                        .isNotEmpty();
                found.addAll(series);
            });
            assertThat(found).as("metrics in " + query).isNotEmpty();
            labels().forEach(label -> assertThat(found)
                    .as("label " + label + " in " + query)
                    .anyMatch(series -> series.contains("{" + label + "=") || series.contains("," + label + "=")));
        }

        private static boolean matches(String series, String matchers) {
            String all = "," + series.substring(series.indexOf('{') + 1, series.length() - 1) + ",";
            return MATCHER.matcher(matchers).results().allMatch(matcher -> {
                String value = matcher.group(2).startsWith("$") ? "[^,]*" : "(?:" + matcher.group(2) + ")";
                return Pattern.compile("," + matcher.group(1) + "=" + value + ",")
                        .matcher(all)
                        .find();
            });
        }

        private Set<String> labels() {
            Set<String> labels = new TreeSet<>();
            BY.matcher(query)
                    .results()
                    .forEach(by -> labels.addAll(List.of(by.group(1).split(", *"))));
            MENTIONED.matcher(text).results().forEach(mentioned -> labels.add(mentioned.group(1)));
            return labels;
        }
    }
}
