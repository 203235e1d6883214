package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Published versions and aliases, as a caller sees them: over HTTP, in processes, through a real broker. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(240)
class VersionsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Notes which code ran and which version it was told to be. */
    private static final String SCRIPT =
            """
            import os
            def handler(event, context):
                line = "%s,CODE,%s\\n" % (event["id"], context.function_version)
                if "file" in event:
                    out = os.open(event["file"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                    os.write(out, line.encode())
                    os.close(out)
                return {"code": "CODE", "how": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]}
            """;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path data;

    private Millrace millrace;

    @BeforeEach
    void start() throws Exception {
        millrace = Millrace.builder()
                .dataDirectory(data.resolve("data"))
                .freePorts()
                .http("127.0.0.1", 0)
                .set("async.retryDelay", "PT0.1S")
                .start();
        publishTwoVersions();
    }

    @AfterEach
    void stop() {
        millrace.close();
    }

    private void publishTwoVersions() throws Exception {
        ObjectNode create = JSON.createObjectNode()
                .put("FunctionName", "noter")
                .put("Runtime", "python3.12")
                .put("Role", "arn:aws:iam::000000000000:role/any")
                .put("Handler", "noter.handler")
                .put("Timeout", 30)
                .put("Publish", true);
        create.putObject("Code").put("ZipFile", zipped(SCRIPT.replace("CODE", "1")));
        assertThat(send("POST", "/2015-03-31/functions", create).path("Version").asText())
                .isEqualTo("1");
        Settled.await(at("/"), "noter");
        ObjectNode update = JSON.createObjectNode()
                .put("ZipFile", zipped(SCRIPT.replace("CODE", "2")))
                .put("Publish", true);
        assertThat(send("PUT", "/2015-03-31/functions/noter/code", update)
                        .path("Version")
                        .asText())
                .isEqualTo("2");
        Settled.await(at("/"), "noter");
        send(
                "POST",
                "/2015-03-31/functions/noter/aliases",
                JSON.createObjectNode().put("Name", "live").put("FunctionVersion", "1"));
    }

    private static byte[] zipped(String script) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("noter.py"));
            zip.write(script.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private JsonNode send(String method, String path, ObjectNode body) throws Exception {
        HttpResponse<byte[]> answer = http.send(
                HttpRequest.newBuilder(at(path))
                        .method(method, HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(answer.statusCode())
                .as("%s %s", path, new String(answer.body(), StandardCharsets.UTF_8))
                .isBetween(200, 299);
        return JSON.readTree(answer.body());
    }

    private URI at(String path) {
        return URI.create(millrace.httpUrl().orElseThrow() + path);
    }

    private CompletableFuture<HttpResponse<String>> invoke(String qualifier, String type, String payload) {
        return http.sendAsync(
                HttpRequest.newBuilder(at("/2015-03-31/functions/noter/invocations?Qualifier=" + qualifier))
                        .header("X-Amz-Invocation-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(payload))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void pointLiveTo(String version) throws Exception {
        send(
                "PUT",
                "/2015-03-31/functions/noter/aliases/live",
                JSON.createObjectNode().put("FunctionVersion", version));
    }

    @Test
    void an_alias_that_flips_under_load_loses_no_event_and_mixes_no_code() throws Exception {
        // Given
        Path notes = data.resolve("notes");
        int events = 600;
        List<CompletableFuture<HttpResponse<String>>> accepted = new ArrayList<>();
        for (String version : List.of("1", "2")) { // Both are initialised: neither is late for its turn.
            String own = "{\"id\":-" + version + ",\"file\":\"" + data.resolve("before") + "\"}";
            assertThat(invoke(version, "RequestResponse", own).join().statusCode())
                    .isEqualTo(200);
        }
        // When
        for (int id = 0; id < events; id++) {
            accepted.add(invoke("live", "Event", "{\"id\":" + id + ",\"file\":\"" + notes + "\"}"));
            if (id % 100 == 50) {
                accepted.get(id).join();
                pointLiveTo(id % 200 == 50 ? "2" : "1");
            }
        }
        for (CompletableFuture<HttpResponse<String>> each : accepted) {
            assertThat(each.join().statusCode()).isEqualTo(202);
        }
        // Then
        await().atMost(PATIENCE)
                .until(() -> Files.exists(notes) && Files.readAllLines(notes).size() >= events);
        Set<String> ids = new HashSet<>();
        Set<String> codes = new HashSet<>();
        for (String line : Files.readAllLines(notes)) {
            String[] parts = line.split(",", 3);
            assertThat(ids.add(parts[0])).as("event %s runs once", parts[0]).isTrue();
            assertThat(parts[1]).as("code that ran as version %s", parts[2]).isEqualTo(parts[2]);
            codes.add(parts[1]);
        }
        assertThat(ids).hasSize(events);
        assertThat(codes).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void an_embedding_service_names_versions_and_aliases_as_Lambda_does() {
        // When
        InvokeResult live = millrace.invoke("noter:live", "{\"id\":1}").join();
        InvokeResult second = millrace.invoke("noter:2", "{\"id\":1}").join();
        CompletableFuture<String> unknown = millrace.publish("noter:canary", "{\"id\":1}");
        // Then
        assertThat(live.executedVersion()).isEqualTo("1");
        assertThat(second.executedVersion()).isEqualTo("2");
        assertThat(unknown)
                .isCompletedExceptionally()
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(FunctionNotFoundException.class)
                .withMessage("function 'noter:canary' does not exist");
    }

    @Test
    void each_request_to_a_weighted_alias_draws_and_is_told_which_version_ran() throws Exception {
        // Given
        ObjectNode half = JSON.createObjectNode();
        half.putObject("RoutingConfig").putObject("AdditionalVersionWeights").put("2", 0.5);
        send("PUT", "/2015-03-31/functions/noter/aliases/live", half);
        int[] ran = new int[3];
        // When
        for (int i = 0; i < 100; i++) {
            HttpResponse<String> answer =
                    invoke("live", "RequestResponse", "{\"id\":1}").join();
            String version =
                    answer.headers().firstValue("X-Amz-Executed-Version").orElseThrow();
            assertThat(JSON.readTree(answer.body()).path("code").asText()).isEqualTo(version);
            ran[Integer.parseInt(version)]++;
        }
        // Then: 100 draws of 50 % are farther from 50 than 30 once in 10^9 times
        assertThat(ran[1]).isBetween(20, 80);
        assertThat(ran[1] + ran[2]).isEqualTo(100);
    }

    @Test
    void provisioned_environments_are_ready_before_they_are_asked_for_and_one_more_starts_on_demand() throws Exception {
        // When
        send(
                "PUT",
                "/2019-09-30/functions/noter/provisioned-concurrency?Qualifier=live",
                JSON.createObjectNode().put("ProvisionedConcurrentExecutions", 1));
        // Then
        await().atMost(PATIENCE)
                .until(() -> provisioned().path("Status").asText().equals("READY"));
        assertThat(provisioned()
                        .path("AvailableProvisionedConcurrentExecutions")
                        .asInt())
                .isEqualTo(1);
        assertThat(how("live")).isEqualTo("provisioned-concurrency");
        assertThat(how("2")).isEqualTo("on-demand");
        // When it moves to the other version, its environments follow
        pointLiveTo("2");
        await().atMost(PATIENCE)
                .until(() -> provisioned().path("Status").asText().equals("READY")
                        && how("live").equals("provisioned-concurrency"));
        assertThat(how("1")).isEqualTo("on-demand");
    }

    private JsonNode provisioned() throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(at("/2019-09-30/functions/noter/provisioned-concurrency?Qualifier=live"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return JSON.readTree(answer.body());
    }

    private String how(String qualifier) throws Exception {
        return JSON.readTree(invoke(qualifier, "RequestResponse", "{\"id\":1}")
                        .join()
                        .body())
                .path("how")
                .asText();
    }
}
