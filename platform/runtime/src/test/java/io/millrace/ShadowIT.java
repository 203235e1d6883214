package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.accounting.FunctionAccount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events that another version runs, too: over HTTP, in processes, through a real broker. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(240)
class ShadowIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    /** Of each kind of event. */
    private static final int EACH = 8;

    /** Notes which code ran which event, by which request id, and whose shadow it was told to be. */
    private static final String SCRIPT =
            """
            import os, time
            def handler(event, context):
                custom = context.client_context.custom if context.client_context else None
                mark = custom["millrace_shadow_of"] if custom else "live"
                out = os.open(event["file"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                os.write(out, ("%s,CODE,%s,%s\\n" % (event["kind"], context.aws_request_id, mark)).encode())
                os.close(out)
                while event["kind"] == "waits-in-CODE" and not os.path.exists(event["file"] + ".go"):
                    time.sleep(0.02)
                if event["kind"] in ("fails", "fails-in-CODE"):
                    raise ValueError("no")
                if event["kind"] == "different":
                    return {"total": {"of": "CODE"}}
                return {"a": [1, 2], "n": 1} if CODE == 1 else {"n": 1.0, "a": [1, 2.0]}
            """;

    @TempDir
    static Path data;

    private static Millrace millrace;
    private static final Map<String, ConcurrentLinkedQueue<String>> RECORDS =
            Map.of("Success", new ConcurrentLinkedQueue<>(), "RetriesExhausted", new ConcurrentLinkedQueue<>());

    @TempDir
    Path directory;

    private String function = "";

    @BeforeAll
    static void start() {
        millrace = open();
    }

    private static Millrace open() {
        Millrace opened = Millrace.builder()
                .dataDirectory(data.resolve("data"))
                .freePorts()
                .http("127.0.0.1", 0)
                // What is idle of earlier tests leaves room to spare.
                .set("environment.maximumProcesses", "1000")
                .set("async.retryDelay", "PT0.05S")
                .set("async.maximumRetryAttempts", "1")
                .start();
        opened.deploy("audit", (FunctionHandler) (record, context) -> {
            JsonNode about = JSON.readTree(record).path("requestContext");
            Objects.requireNonNull(RECORDS.get(about.path("condition").asText()))
                    .add(about.path("requestId").asText());
            return record;
        });
        return opened;
    }

    @AfterAll
    static void stop() {
        millrace.close();
    }

    @BeforeEach
    void publishTwoVersions(TestInfo test) throws Exception {
        function = "shadowed" + Integer.toHexString(test.getDisplayName().hashCode());
        ObjectNode create = JSON.createObjectNode()
                .put("FunctionName", function)
                .put("Runtime", "python3.12")
                .put("Role", "arn:aws:iam::000000000000:role/any")
                .put("Handler", "noter.handler")
                .put("Timeout", 600)
                .put("Publish", true);
        create.putObject("Code").put("ZipFile", zipped(SCRIPT.replace("CODE", "1")));
        done("POST", "/2015-03-31/functions", create);
        Settled.await(at("/"), function);
        ObjectNode update = JSON.createObjectNode()
                .put("ZipFile", zipped(SCRIPT.replace("CODE", "2")))
                .put("Publish", true);
        done("PUT", "/2015-03-31/functions/" + function + "/code", update);
        Settled.await(at("/"), function);
        alias("live", "1");
    }

    private void alias(String name, String version) throws Exception {
        done(
                "POST",
                "/2015-03-31/functions/" + function + "/aliases",
                JSON.createObjectNode().put("Name", name).put("FunctionVersion", version));
    }

    private static byte[] zipped(String script) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("noter.py"));
            zip.write(script.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static URI at(String path) {
        return URI.create(millrace.httpUrl().orElseThrow() + path);
    }

    private static HttpResponse<byte[]> ask(String method, String path, String body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(at(path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static JsonNode done(String method, String path, ObjectNode body) throws Exception {
        HttpResponse<byte[]> answer = ask(method, path, body.toString());
        assertThat(answer.statusCode())
                .as("%s %s: %s", method, path, new String(answer.body(), StandardCharsets.UTF_8))
                .isBetween(200, 299);
        return JSON.readTree(answer.body());
    }

    private String shadow() {
        return "/_millrace/functions/" + function + "/shadow";
    }

    private JsonNode shadow(String to, String of, double share) throws Exception {
        return done(
                "PUT",
                shadow(),
                JSON.createObjectNode().put("to", to).put("of", of).put("share", share));
    }

    private JsonNode state() throws Exception {
        HttpResponse<byte[]> answer = ask("GET", shadow(), "");
        assertThat(answer.statusCode()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private Path notes() {
        return directory.resolve("notes");
    }

    private List<String[]> ran(String code) throws IOException {
        List<String[]> ran = new ArrayList<>();
        if (Files.exists(notes())) {
            for (String line : Files.readAllLines(notes())) {
                String[] parts = line.split(",", -1);
                if (parts[1].equals(code)) {
                    ran.add(parts);
                }
            }
        }
        return ran;
    }

    /** @return its request id */
    private String publish(String qualifier, String kind) {
        String event = JSON.createObjectNode()
                .put("kind", kind)
                .put("file", notes().toString())
                .toString();
        return millrace.publish(function + ":" + qualifier, event).join();
    }

    private FunctionAccount account() {
        return Objects.requireNonNull(millrace.stats().join().get(function), function);
    }

    private void awaitCompared(int events) {
        await().atMost(PATIENCE).until(() -> {
            JsonNode state = state();
            return state.path("same").asInt()
                            + state.path("different").asInt()
                            + state.path("failedInShadow").asInt()
                            + state.path("failedLive").asInt()
                            + state.path("dropped").asInt()
                            + state.path("sameVersion").asInt()
                    >= events;
        });
    }

    @Test
    void every_event_runs_by_the_other_version_too_and_is_compared_and_has_one_record_and_one_end() throws Exception {
        // Given
        String destination = "arn:aws:lambda:us-east-1:000000000000:function:audit";
        ObjectNode config = JSON.createObjectNode();
        ObjectNode destinations = config.putObject("DestinationConfig");
        destinations.putObject("OnSuccess").put("Destination", destination);
        destinations.putObject("OnFailure").put("Destination", destination);
        done("PUT", "/2019-09-25/functions/" + function + "/event-invoke-config?Qualifier=live", config);
        alias("next", "2");
        JsonNode set = shadow("next", "live", 1);
        assertThat(set.path("copied").asInt(-1)).isZero();
        // When
        Set<String> succeeding = new HashSet<>();
        Set<String> failing = new HashSet<>();
        for (int i = 0; i < EACH; i++) {
            succeeding.add(publish("live", "same"));
            succeeding.add(publish("live", "different"));
            succeeding.add(publish("live", "fails-in-2"));
            failing.add(publish("live", "fails-in-1"));
            failing.add(publish("live", "fails"));
            publish("2", "same"); // Not of 'live'.
        }
        awaitCompared(5 * EACH);
        // Then
        JsonNode state = state();
        assertThat(state.path("copied").asInt()).isEqualTo(5 * EACH);
        assertThat(state.path("same").asInt()).isEqualTo(2 * EACH);
        assertThat(state.path("different").asInt()).isEqualTo(EACH);
        assertThat(state.path("failedInShadow").asInt()).isEqualTo(EACH);
        assertThat(state.path("failedLive").asInt()).isEqualTo(EACH);
        assertThat(state.path("waiting").asInt() + state.path("running").asInt())
                .isZero();
        assertThat(state.path("shadowMeanMillis").asDouble()).isPositive();
        assertThat(state.path("liveMeanMillis").asDouble()).isPositive();
        // One record and one end each, however many ran; the audit's own queue is empty when all are there.
        await().atMost(PATIENCE)
                .until(() -> account().succeeded() == 4 * EACH && account().deadLettered() == 2 * EACH);
        FunctionAccount audit = Objects.requireNonNull(millrace.stats().join().get("audit"));
        assertThat(audit.accepted()).isEqualTo(5 * EACH);
        await().atMost(PATIENCE)
                .until(() -> Objects.requireNonNull(millrace.stats().join().get("audit"))
                                .succeeded()
                        == 5 * EACH);
        assertThat(RECORDS.get("Success")).containsExactlyInAnyOrderElementsOf(succeeding);
        assertThat(RECORDS.get("RetriesExhausted")).containsExactlyInAnyOrderElementsOf(failing);
        assertThat(account()).isEqualTo(new FunctionAccount(6 * EACH, 0, 0, 0, 4 * EACH, 2 * EACH, 0));
        // Version 2 ran each once, by a request id of its own, and was told of which event.
        List<String[]> copies =
                ran("2").stream().filter(run -> !run[3].equals("live")).toList();
        Set<String> all = new HashSet<>(succeeding);
        all.addAll(failing);
        assertThat(copies).extracting(run -> run[3]).containsExactlyInAnyOrderElementsOf(all);
        assertThat(copies).extracting(run -> run[2]).doesNotHaveDuplicates().doesNotContainAnyElementsOf(all);
        assertThat(ran("1")).extracting(run -> run[3]).containsOnly("live");
    }

    @Test
    void differences_tell_which_event_it_was_where_it_differs_and_what_both_answered() throws Exception {
        shadow("2", "", 1);
        String differs = publish("live", "different");
        awaitCompared(1);
        String fails = publish("live", "fails-in-2");
        awaitCompared(2);

        JsonNode failed = state().path("differences").path(0);
        JsonNode different = state().path("differences").path(1);
        assertThat(different.path("requestId").asText()).isEqualTo(differs);
        assertThat(different.path("result").asText()).isEqualTo("different");
        assertThat(different.path("at").asText()).isEqualTo("/total/of");
        assertThat(different.path("live").path("version").asText()).isEqualTo("1");
        assertThat(different.path("shadow").path("version").asText()).isEqualTo("2");
        assertThat(different.path("live").path("response").asText()).contains("\"1\"");
        assertThat(different.path("shadow").path("response").asText()).contains("\"2\"");
        assertThat(different.path("live").path("millis").asDouble()).isPositive();
        assertThat(ran("2"))
                .extracting(run -> run[2])
                .contains(different.path("shadowRequestId").asText());
        assertThat(failed.path("requestId").asText()).isEqualTo(fails);
        assertThat(failed.path("result").asText()).isEqualTo("failed-in-shadow");
        assertThat(failed.path("shadow").path("errorType").asText()).isEqualTo("ValueError");
    }

    @Test
    void a_shadow_that_is_off_runs_nothing_more_and_one_whose_alias_is_deleted_is_gone() throws Exception {
        shadow("2", "", 1);
        publish("live", "same");
        awaitCompared(1);
        assertThat(ask("DELETE", shadow(), "").statusCode()).isEqualTo(204);
        assertThat(ask("GET", shadow(), "").statusCode()).isEqualTo(404);
        assertThat(ask("DELETE", shadow(), "").statusCode()).isEqualTo(404);
        publish("live", "same");
        await().atMost(PATIENCE).until(() -> account().succeeded() == 2);

        alias("next", "2");
        shadow("next", "live", 1);
        publish("live", "same");
        awaitCompared(1);
        assertThat(ran("2")).as("none while it was off").hasSize(2);
        assertThat(ask("DELETE", "/2015-03-31/functions/" + function + "/aliases/next", "")
                        .statusCode())
                .isEqualTo(204);
        await().atMost(PATIENCE).until(() -> ask("GET", shadow(), "").statusCode() == 404);
    }

    @Test
    void what_an_alias_has_the_shadows_version_run_itself_is_not_compared() throws Exception {
        shadow("2", "", 1);
        publish("2", "same");
        publish("live", "same");
        awaitCompared(2);
        assertThat(state().path("sameVersion").asInt()).isEqualTo(1);
        assertThat(state().path("same").asInt()).isEqualTo(1);
        assertThat(ran("2")).hasSize(2);
    }

    @Test
    void a_setting_that_makes_no_sense_is_refused_and_says_what_is_expected() throws Exception {
        assertThat(refused(400, "{\"to\":\"2\",\"share\":0}")).contains("share is 0, expected a number above 0");
        assertThat(refused(400, "{\"to\":\"2\",\"share\":1.5}")).contains("share is 1.5, expected a number above 0");
        assertThat(refused(400, "{\"to\":\"2\"}")).contains("share is missing");
        assertThat(refused(400, "{\"share\":1}")).contains("to is missing");
        assertThat(refused(404, "{\"to\":\"9\",\"share\":1}")).contains("to is '9', expected $LATEST, or a version");
        assertThat(refused(404, "{\"to\":\"2\",\"of\":\"no\",\"share\":1}")).contains("of is 'no', expected");
        assertThat(refused(400, "{\"to\":\"1\",\"of\":\"live\",\"share\":1}"))
                .contains("to is '1', which is version 1, and so is what runs the events themselves");
        assertThat(refused(400, "{\"to\":\"2\",\"share\":1,\"rate\":1}")).contains("member 'rate' is not known");
        assertThat(ask("PUT", "/_millrace/functions/nobody/shadow", "{\"to\":\"2\",\"share\":1}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(ask("GET", shadow(), "").statusCode()).isEqualTo(404);
    }

    private String refused(int status, String body) throws Exception {
        HttpResponse<byte[]> answer = ask("PUT", shadow(), body);
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as(text).isEqualTo(status);
        return text;
    }

    @Test
    void neither_events_nor_calls_wait_for_a_shadow_even_with_one_permit() throws Exception {
        // Given
        done(
                "PUT",
                "/2017-10-31/functions/" + function + "/concurrency",
                JSON.createObjectNode().put("ReservedConcurrentExecutions", 1));
        shadow("2", "live", 1);
        publish("live", "waits-in-2");
        await().atMost(PATIENCE).until(() -> ran("2").size() == 1);
        // When
        for (int i = 0; i < EACH; i++) {
            publish("live", "waits-in-2");
        }
        // Then
        await().atMost(PATIENCE).until(() -> account().succeeded() == 1 + EACH);
        InvokeResult called = millrace.invoke(function + ":live", "{\"kind\":\"same\",\"file\":\"" + notes() + "\"}")
                .join();
        assertThat(called.statusCode()).isEqualTo(200);
        // The second of the two has begun, or waits for the machine to have room for its environment.
        await().atMost(PATIENCE).until(() -> state().path("running").asInt() == 2);
        assertThat(state().path("waiting").asInt()).isEqualTo(EACH - 1);
        assertThat(ran("2")).hasSizeLessThanOrEqualTo(2);
        Files.createFile(Path.of(notes() + ".go"));
        awaitCompared(1 + EACH);
        assertThat(state().path("same").asInt()).isEqualTo(1 + EACH);
    }

    @Test
    void a_share_of_the_events_is_copied() throws Exception {
        shadow("2", "", 0.5);
        int events = 200;
        for (int i = 0; i < events; i++) {
            publish("live", "same");
        }
        await().atMost(PATIENCE).until(() -> account().succeeded() == events);
        // One in 10^12 is below or above.
        await().atMost(PATIENCE).until(() -> state().path("same").asInt() > 50);
        await().atMost(PATIENCE)
                .until(() -> state().path("waiting").asInt()
                                + state().path("running").asInt()
                        == 0);
        assertThat(state().path("copied").asInt()).isBetween(51, 149);
        assertThat(ran("2").stream().map(run -> run[3]).collect(Collectors.toSet()))
                .hasSize(ran("2").size());
    }
}
