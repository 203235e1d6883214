package io.millrace.console.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.deadletter.AsyncDeadLetters;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.JobRequest;
import io.millrace.deadletter.Pace;
import io.millrace.testkit.MillraceExtension;
import io.millrace.testkit.PublishedEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each function is of one test, so that the tests share a server. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeadLettersDoorIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final byte[] BINARY = {0, 1, (byte) 0xff, (byte) 0xfe, 7};
    private static final byte[] HTML = "<script>alert(1)</script>".getBytes(UTF_8);

    private static final Shop REDRIVEN = new Shop();
    private static final Shop EDITED = new Shop();

    @RegisterExtension
    static final MillraceExtension MILLRACE = MillraceExtension.builder()
            .http()
            .set("async.maximumRetryAttempts", "0")
            .within(Duration.ofSeconds(60))
            .function("looked", new Shop())
            .function("redriven", REDRIVEN)
            .function("edited", EDITED)
            .function("undone", new Shop())
            .function("recalled", new Shop())
            .function("paused", new Shop())
            .function("lost", new Shop())
            .build();

    private static List<PublishedEvent> looked = List.of();

    @BeforeAll
    static void die() {
        List<PublishedEvent> published = new ArrayList<>(MILLRACE.publishAll("looked", items(12)));
        published.add(MILLRACE.publish("looked", BINARY));
        published.add(MILLRACE.publish("looked", new byte[0]));
        published.add(MILLRACE.publish("looked", HTML));
        looked = published;
        MILLRACE.publishAll("redriven", items(30));
        MILLRACE.publish("redriven", HTML);
        MILLRACE.publishAll("undone", items(7));
        MILLRACE.publishAll("recalled", items(4));
        MILLRACE.publishAll("paused", items(5));
        MILLRACE.publishAll("lost", items(3));
        MILLRACE.publish("edited", "{\"item\":1}");
        MILLRACE.awaitQuiet();
    }

    private static List<String> items(int count) {
        return IntStream.range(0, count).mapToObj(i -> "{\"item\":" + i + "}").toList();
    }

    @Test
    void the_overview_tells_the_depth_of_each_queue() throws Exception {
        // When
        JsonNode found = get("queues");
        // Then
        JsonNode queue =
                only(found.path("queues"), each -> each.path("queue").asText().equals("dlq.looked"));
        assertThat(queue.path("messages").asLong()).isEqualTo(15);
        assertThat(queue.path("function").asText()).isEqualTo("looked");
        assertThat(queue.path("oldest").asText()).isNotEmpty();
        assertThat(found.path("broker").asText()).isEqualTo(MILLRACE.millrace().brokerUrl());
    }

    @Test
    void groups_are_counted_exactly_with_trend_and_samples() throws Exception {
        // When
        JsonNode found = groups("{\"queue\":\"looked\"}");
        // Then
        assertThat(found.path("exact").asBoolean()).isTrue();
        assertThat(found.path("groups")).hasSize(2);
        JsonNode largest = found.path("groups").get(0);
        assertThat(largest.path("count").asLong()).isEqualTo(12);
        assertThat(largest.path("errorType").asText()).isEqualTo(Shop.OutOfStock.class.getName());
        assertThat(largest.path("key")).isEqualTo(largest.path("fingerprint"));
        assertThat(largest.path("sampleIds")).hasSize(5);
        long inTrend = 0;
        for (JsonNode step : largest.path("trend")) {
            inTrend += step.get(1).asLong();
        }
        assertThat(inTrend).isEqualTo(12);
    }

    @Test
    void a_list_is_read_page_by_page_and_has_each_letter_once() throws Exception {
        // When
        Set<String> ids = new HashSet<>();
        int seen = 0;
        JsonNode page = post("letters", "{\"queue\":\"dlq.looked\",\"limit\":4}");
        while (!page.path("cursor").isNull()) {
            seen += add(page, ids);
            page = post("letters", "{\"limit\":4,\"cursor\":" + page.path("cursor") + "}");
        }
        seen += add(page, ids);
        // Then
        assertThat(seen).isEqualTo(15);
        assertThat(ids)
                .isEqualTo(new HashSet<>(
                        looked.stream().map(PublishedEvent::requestId).toList()));
    }

    private static int add(JsonNode page, Set<String> ids) {
        page.path("letters").forEach(letter -> ids.add(letter.path("id").asText()));
        assertThat(page.path("letters").size()).isLessThanOrEqualTo(4);
        return page.path("letters").size();
    }

    @Test
    void one_letter_tells_its_cause_and_its_body_by_what_it_is() throws Exception {
        // When
        JsonNode json = letter(looked.get(0));
        JsonNode binary = letter(looked.get(12));
        JsonNode empty = letter(looked.get(13));
        JsonNode html = letter(looked.get(14));
        // Then
        assertThat(json.at("/cause/stackTrace").asText()).contains("Shop.handle");
        assertThat(json.at("/cause/attempts").asLong()).isEqualTo(1);
        assertThat(json.at("/body/kind").asText()).isEqualTo("JSON");
        assertThat(json.at("/body/text").asText()).isEqualTo("{\"item\":0}");
        assertThat(binary.at("/body/kind").asText()).isEqualTo("BINARY");
        assertThat(binary.at("/body/text").asText()).contains("00 01 ff fe 07");
        assertThat(binary.at("/body/editable").asBoolean()).isFalse();
        assertThat(empty.at("/body/kind").asText()).isEqualTo("EMPTY");
        assertThat(html.at("/body/text").asText()).isEqualTo(new String(HTML, UTF_8));
    }

    @Test
    void a_body_is_downloaded_byte_for_byte_and_never_as_a_page() throws Exception {
        for (int each : new int[] {12, 14}) {
            // When
            HttpResponse<byte[]> answer =
                    HTTP.send(to("letter/body" + query(looked.get(each))).build(), BodyHandlers.ofByteArray());
            // Then
            assertThat(answer.body()).isEqualTo(each == 12 ? BINARY : HTML);
            assertThat(header(answer, "content-type")).isEqualTo("application/octet-stream");
            assertThat(header(answer, "content-disposition")).startsWith("attachment");
            assertThat(header(answer, "x-content-type-options")).isEqualTo("nosniff");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "groups | {}                                         | the request has no queue",
                "groups | [1]                                        | the request is [1], expected a JSON object",
                "groups | {\"queue\":7}                              | queue is 7, expected text",
                "groups | {\"queue\":\"looked\",\"by\":\"x\"}        | by is 'x' is nothing to group by",
                "letters | {\"queue\":\"looked\",\"limit\":0}        | limit is 0, expected a whole number from 1 to 200",
                "letters | {\"queue\":\"looked\",\"page\":2}         | the request has 'page', expected no more than",
                "letters | {\"queue\":\"looked\",\"selection\":{\"since\":\"1h\"}} | since is '1h', expected a time such as",
                "plan   | {\"queue\":\"looked\",\"rate\":0}          | rate is 0, expected messages per second above 0",
                "plan   | {\"queue\":\"looked\",\"max\":\"5\"}       | max is \"5\", expected a whole number from 1",
                "jobs   | {\"queue\":\"looked\",\"selection\":{\"ids\":\"a\"}} | ids is \"a\", expected a list",
                "edit   | {\"queue\":\"looked\",\"id\":\"a\"}        | neither headers nor body are there",
            })
    void a_request_that_is_wrong_is_refused_by_name(String path, String body, String message) throws Exception {
        // When
        HttpResponse<String> answer = send(path, body);
        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("Message").asText()).startsWith(message);
    }

    @Test
    void what_is_no_dead_letter_queue_cannot_be_looked_into() throws Exception {
        // When
        HttpResponse<String> answer = send("letters", "{\"queue\":\"invoke.looked\"}");
        // Then
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("queue 'invoke.looked' is none of dead letters");
    }

    @Test
    void a_plan_has_the_exact_count_and_a_refusal_says_what_to_do_and_moves_nothing() throws Exception {
        // When
        String group = groups("{\"queue\":\"looked\"}").at("/groups/0/key").asText();
        JsonNode fine = plan("{\"queue\":\"looked\",\"selection\":{\"group\":\"" + group + "\"},\"max\":10}");
        JsonNode refused = plan("{\"queue\":\"looked\",\"to\":\"nowhere\"}");
        // Then
        assertThat(fine.path("planned").asLong()).isEqualTo(10);
        assertThat(fine.at("/targets/0/target").asText()).isEqualTo("invoke.looked");
        assertThat(fine.findValuesAsText("severity")).containsExactly("ok", "note");
        assertThat(refused.path("planned").asLong()).isZero();
        assertThat(refused.at("/findings/0/severity").asText()).isEqualTo("refuse");
        assertThat(refused.at("/findings/0/text").asText()).startsWith("queue 'nowhere' does not exist");
        assertThat(refused.at("/findings/0/fix").asText()).contains("name another");
        assertThat(send("jobs", "{\"queue\":\"looked\",\"to\":\"nowhere\"}").statusCode())
                .isEqualTo(409);
        assertThat(MILLRACE.deadLetters("looked")).hasSize(15);
    }

    @Test
    void a_plan_that_is_not_there_yet_is_no_failure_and_comes_to_who_asks_again() throws Exception {
        // Given
        String group = groups("{\"queue\":\"looked\"}").at("/groups/0/key").asText();
        byte[] question = ("{\"queue\":\"looked\",\"selection\":{\"group\":\"" + group + "\"}}").getBytes(UTF_8);
        Vertx vertx = Vertx.vertx();
        LazyDeadLetters broker = new LazyDeadLetters(
                vertx, BrokerAddress.parse(MILLRACE.millrace().brokerUrl()));
        Queues queues = new Queues(broker);
        Plans impatient = new Plans(vertx, broker, queues, new GroupScans(vertx, broker, queues), 0);
        Context loop = vertx.getOrCreateContext();
        // When
        List<JsonNode> answers = new ArrayList<>();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
            answers.add(answer(loop, () -> impatient.plan(question, "ana")));
            return !answers.get(answers.size() - 1).path("counting").asBoolean();
        });
        answer(loop, broker::close);
        vertx.close().toCompletionStage().toCompletableFuture().join();
        // Then
        assertThat(answers.get(0).path("counting").asBoolean()).isTrue();
        assertThat(answers.get(0).path("total").asLong()).isEqualTo(15);
        assertThat(answers.get(0).path("atLeast").asLong()).isLessThanOrEqualTo(12);
        assertThat(answers.get(answers.size() - 1).path("planned").asLong()).isEqualTo(12);
    }

    private static <T> T answer(Context loop, Supplier<Future<T>> asked) {
        Promise<T> answer = Promise.promise();
        loop.runOnContext(now -> asked.get().onComplete(answer));
        return answer.future().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void a_group_is_redriven_to_its_end_each_of_it_once_and_none_beside_it() throws Exception {
        // Given
        JsonNode group = groups("{\"queue\":\"redriven\"}").at("/groups/0");
        Set<String> meant = new HashSet<>(MILLRACE.deadLetters("redriven").stream()
                .filter(letter -> letter.cause().orElseThrow().errorType().contains("OutOfStock"))
                .map(DeadLetter::id)
                .toList());
        REDRIVEN.mended = true;
        // When
        JsonNode begun = post(
                "jobs",
                "{\"queue\":\"redriven\",\"selection\":{\"group\":" + group.path("key")
                        + "},\"reason\":\"stock is back\"}");
        JsonNode ended = until(begun.path("job").asText(), DeadLettersDoorIT::isAllServed);
        // Then
        assertThat(meant).hasSize(30);
        assertThat(begun.path("planned").asLong()).isEqualTo(30);
        assertThat(ended.path("state").asText()).isEqualTo("COMPLETED");
        assertThat(REDRIVEN.served.keySet()).isEqualTo(meant);
        assertThat(MILLRACE.deadLetters("redriven")).hasSize(1);
        JsonNode listed = only(get("jobs").path("jobs"), job -> job.path("job").equals(begun.path("job")));
        assertThat(listed.path("reason").asText()).isEqualTo("stock is back");
        assertThat(listed.path("by").asText()).isEqualTo("console");
        assertThat(listed.path("moved").asLong()).isEqualTo(30);
    }

    private static boolean isAllServed(JsonNode job) {
        return job.path("state").asText().equals("COMPLETED")
                && job.path("resolved").asLong() == 30;
    }

    @Test
    void a_job_is_paused_resumed_and_cancelled() throws Exception {
        // Given
        MILLRACE.millrace().reserve("paused", OptionalInt.of(0));
        // When
        String job =
                post("jobs", "{\"queue\":\"paused\",\"rate\":0.01}").path("job").asText();
        JsonNode paused = post("jobs/" + job + "/pause", "");
        JsonNode shown = get("jobs/" + job);
        String resumed = post("jobs/" + job + "/resume", "").path("job").asText();
        HttpResponse<String> twice = send("jobs/" + job + "/resume", "");
        JsonNode cancelled = post("jobs/" + job + "/cancel", "");
        // Then
        assertThat(paused.path("state").asText()).isEqualTo("PAUSED");
        assertThat(shown.path("driven").asBoolean()).isFalse();
        assertThat(resumed).isEqualTo(job);
        assertThat(twice.statusCode()).isEqualTo(409);
        assertThat(cancelled.path("state").asText()).isEqualTo("CANCELLED");
        assertThat(cancelled.path("moved").asLong()).isLessThan(5);
        assertThat(send("jobs/r-none/pause", "").statusCode()).isEqualTo(404);
    }

    @Test
    void a_job_whose_driver_went_away_is_shown_as_left_and_resumed_here() throws Exception {
        // Given
        String job = startElsewhereAndLeave("lost");
        // When
        JsonNode left = until(job, now -> !now.path("driven").asBoolean(true));
        JsonNode listed =
                only(get("jobs").path("jobs"), row -> row.path("job").asText().equals(job));
        post("jobs/" + job + "/resume", "");
        JsonNode resumed = get("jobs/" + job);
        // Then
        assertThat(left.path("state").asText()).isEqualTo("RUNNING");
        assertThat(listed.path("driven").asBoolean(true)).isFalse();
        assertThat(resumed.path("drivenHere").asBoolean()).isTrue();
        assertThat(post("jobs/" + job + "/cancel", "").path("state").asText()).isEqualTo("CANCELLED");
    }

    private static String startElsewhereAndLeave(String queue) {
        Vertx vertx = Vertx.vertx();
        try {
            BrokerAddress broker = BrokerAddress.parse(MILLRACE.millrace().brokerUrl());
            AsyncDeadLetters other = await(AsyncDeadLetters.connect(vertx, broker, Duration.ofSeconds(60)));
            CompletableFuture<String> begun = new CompletableFuture<>();
            Pace slow = new Pace(0.01, 0, 0, -1);
            other.jobs()
                    .start(
                            await(other.queue(queue)),
                            JobRequest.all("elsewhere").at(slow),
                            progress -> begun.complete(progress.id()));
            String job = begun.orTimeout(60, TimeUnit.SECONDS).join();
            await(other.close());
            return job;
        } finally {
            await(vertx.close());
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void what_nobody_has_taken_is_undone() throws Exception {
        // Given
        String job = post("jobs", "{\"queue\":\"undone\",\"to\":\"DLQ\"}")
                .path("job")
                .asText();
        JsonNode moved = until(job, now -> now.path("state").asText().equals("COMPLETED"));
        // When
        JsonNode undone = post("jobs/" + job + "/undo", "");
        // Then
        assertThat(moved.path("waiting").asLong()).isEqualTo(7);
        assertThat(undone.path("broughtBack").asLong()).isEqualTo(7);
        assertThat(MILLRACE.deadLetters("undone")).hasSize(7);
    }

    @Test
    void what_is_brought_back_out_of_the_queue_of_a_function_is_not_told_as_lost() throws Exception {
        // Given: its events wait where nobody takes them.
        onBroker(broker -> broker.operation("queue.invoke.recalled", "pause"));
        awaitMetrics("millrace_unaccounted_events{function=\"recalled\"} 0.0");
        String job = post("jobs", "{\"queue\":\"recalled\"}").path("job").asText();
        until(job, now -> now.path("state").asText().equals("COMPLETED"));
        awaitMetrics("millrace_events{function=\"recalled\",state=\"waiting\"} 4.0");
        // When
        JsonNode undone = post("jobs/" + job + "/undo", "");
        // Then
        assertThat(undone.path("broughtBack").asLong()).isEqualTo(4);
        awaitMetrics(
                "millrace_events{function=\"recalled\",state=\"dead-lettered\"} 4.0",
                "millrace_events{function=\"recalled\",state=\"waiting\"} 0.0",
                "millrace_unaccounted_events{function=\"recalled\"} 0.0");
    }

    private static void onBroker(Function<BrokerManagement, Future<?>> operation) {
        Vertx vertx = Vertx.vertx();
        try {
            BrokerAddress address = BrokerAddress.parse(MILLRACE.millrace().brokerUrl());
            BrokerConnection connection = await(BrokerConnection.open(vertx, address, "test"));
            await(connection.firstUp());
            await(operation.apply(new BrokerManagement(connection)));
            await(connection.close());
        } finally {
            await(vertx.close());
        }
    }

    /** Until one scrape shows all of these lines. */
    private static void awaitMetrics(String... lines) {
        URI metrics = MILLRACE.millrace().httpUrl().orElseThrow().resolve("/metrics");
        Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(
                        HTTP.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                                .body()
                                .lines())
                .contains(lines));
    }

    @Test
    void an_edit_shows_first_what_differs_and_then_replaces_the_letter() throws Exception {
        // Given
        DeadLetter old = MILLRACE.deadLetters("edited").get(0);
        String change = "{\"queue\":\"edited\",\"id\":\"" + old.id()
                + "\",\"body\":\"{\\\"item\\\":2}\",\"headers\":{\"tenant\":\"north\"}}";
        EDITED.mended = true;
        // When
        JsonNode preview = post("edit/preview", change);
        int stillThere = MILLRACE.deadLetters("edited").size();
        JsonNode done = post("edit", change);
        // Then
        assertThat(stillThere).isEqualTo(1);
        assertThat(preview.path("bodyDiffers").asBoolean()).isTrue();
        assertThat(preview.at("/before/text").asText()).isEqualTo("{\"item\":1}");
        assertThat(preview.at("/after/text").asText()).isEqualTo("{\"item\":2}");
        assertThat(preview.path("differences").findValuesAsText("name")).contains("tenant");
        assertThat(done.path("target").asText()).isEqualTo("invoke.edited");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> EDITED.served.size() == 1);
        assertThat(EDITED.served.values().iterator().next()).isEqualTo("{\"item\":2}".getBytes(UTF_8));
        assertThat(MILLRACE.deadLetters("edited")).isEmpty();
        assertThat(send("edit/preview", change).statusCode()).isEqualTo(409);
    }

    private static JsonNode until(String job, Predicate<JsonNode> condition) {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> get("jobs/" + job), condition);
    }

    private static JsonNode groups(String question) throws Exception {
        JsonNode answer = post("groups", question);
        while (!answer.path("done").asBoolean()) {
            String more = question.substring(0, question.length() - 1) + ",\"scan\":" + answer.path("scan")
                    + ",\"after\":" + answer.path("version") + "}";
            answer = post("groups", more);
        }
        return answer;
    }

    private static JsonNode plan(String question) throws Exception {
        JsonNode answer = post("plan", question);
        while (answer.path("counting").asBoolean()) {
            answer = post("plan", question);
        }
        return answer;
    }

    private static JsonNode letter(PublishedEvent event) throws Exception {
        return get("letter" + query(event));
    }

    private static String query(PublishedEvent event) {
        return "?queue=looked&id=" + URLEncoder.encode(event.requestId(), UTF_8);
    }

    private static JsonNode only(JsonNode rows, Predicate<JsonNode> wanted) {
        List<JsonNode> found = new ArrayList<>();
        rows.forEach(found::add);
        found.removeIf(wanted.negate());
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static JsonNode get(String path) throws IOException, InterruptedException {
        return fine(HTTP.send(to(path).build(), BodyHandlers.ofString()));
    }

    private static JsonNode post(String path, String body) throws IOException, InterruptedException {
        return fine(send(path, body));
    }

    private static JsonNode fine(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static HttpResponse<String> send(String path, String body) throws IOException, InterruptedException {
        return HTTP.send(
                to(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder to(String path) {
        URI door = MILLRACE.millrace().httpUrl().orElseThrow();
        return HttpRequest.newBuilder(door.resolve("/_millrace/dead-letters/" + path));
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
