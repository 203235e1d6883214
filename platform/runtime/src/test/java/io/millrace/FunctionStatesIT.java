package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.environment.process.Zip;
import io.millrace.runtime.registry.Changed;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionRegistry;
import io.millrace.runtime.registry.RegisteredFunction;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A change is accepted before it is done, and is done whatever comes between (lambda-semantics 6.2). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(180)
class FunctionStatesIT {
    private static final FunctionName TELLER = new FunctionName("teller");

    @TempDir
    private Path data;

    private final HttpClient http = HttpClient.newHttpClient();

    private static byte[] returning(int number) {
        return new Zip()
                .file("app.py", "def handler(event, context): return " + number)
                .bytes();
    }

    private static String code(int number) {
        return "{\"ZipFile\":\"" + Base64.getEncoder().encodeToString(returning(number)) + "\"}";
    }

    private Millrace start() {
        return Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .http("127.0.0.1", 0)
                .start();
    }

    private JsonNode send(Millrace millrace, String method, String path, String body)
            throws IOException, InterruptedException {
        URI page = millrace.httpUrl().orElseThrow().resolve("/2015-03-31/functions" + path);
        HttpResponse<byte[]> answer = http.send(
                HttpRequest.newBuilder(page)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).as("%s %s", method, path).isLessThan(300);
        return new ObjectMapper().readTree(answer.body());
    }

    private static JsonNode settled(Millrace millrace) {
        return Settled.await(millrace.httpUrl().orElseThrow(), TELLER.value());
    }

    private static String answer(Millrace millrace) {
        return millrace.invoke(TELLER.value(), "{}").join().text();
    }

    @Test
    void creations_and_updates_are_answered_before_they_are_done() throws Exception {
        try (Millrace millrace = start()) {
            // When
            JsonNode created = send(
                    millrace,
                    "POST",
                    "",
                    "{\"FunctionName\":\"teller\",\"Runtime\":\"python3.12\",\"Handler\":\"app.handler\",\"Timeout\":60,\"Code\":"
                            + code(1) + "}");
            JsonNode active = settled(millrace);
            // Then
            assertThat(created.get("State").asText()).isEqualTo("Pending");
            assertThat(active.get("State").asText()).isEqualTo("Active");
            assertThat(answer(millrace)).isEqualTo("1");
            // When
            JsonNode updating = send(millrace, "PUT", "/teller/code", code(2));
            JsonNode updated = settled(millrace);
            // Then
            assertThat(updating.get("State").asText()).isEqualTo("Active");
            assertThat(updating.get("LastUpdateStatus").asText()).isEqualTo("InProgress");
            assertThat(updated.get("LastUpdateStatus").asText()).isEqualTo("Successful");
            assertThat(answer(millrace)).isEqualTo("2");
            // When: the same once more, and a version along with it
            JsonNode again = send(millrace, "PUT", "/teller/code", code(2).replace("{", "{\"Publish\":true,"));
            JsonNode last = settled(millrace);
            // Then
            assertThat(again.get("Version").asText()).isEqualTo("1");
            assertThat(again.get("State").asText()).isEqualTo("Pending");
            assertThat(millrace.invoke("teller:1", "{}").join().text()).isEqualTo("2");
            assertThat(Set.of(
                            created.get("RevisionId"),
                            active.get("RevisionId"),
                            updating.get("RevisionId"),
                            updated.get("RevisionId"),
                            last.get("RevisionId")))
                    .hasSize(5);
        }
    }

    @Test
    void what_was_accepted_when_the_server_was_killed_is_done_by_the_next_start() {
        // Given: what the disk holds between the two steps of a creation
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            registry.save(accepted(registry).pending().function());
        }
        // When
        try (Millrace millrace = start()) {
            // Then
            assertThat(settled(millrace).get("State").asText()).isEqualTo("Active");
            assertThat(answer(millrace)).isEqualTo("1");
        }
        // Given: and of an update
        try (FunctionRegistry registry = FunctionRegistry.open(data)) {
            RegisteredFunction before = registry.find(TELLER).orElseThrow();
            CodeReference code = registry.storeCode(returning(2));
            registry.save(Changed.of(before.withCode(code, Instant.EPOCH), false)
                    .updating()
                    .function());
        }
        // When
        try (Millrace millrace = start()) {
            // Then
            assertThat(settled(millrace).get("LastUpdateStatus").asText()).isEqualTo("Successful");
            assertThat(answer(millrace)).isEqualTo("2");
        }
    }

    private static Changed accepted(FunctionRegistry registry) {
        FunctionConfiguration configuration = new FunctionConfiguration(
                "app.handler",
                "python3.12",
                Optional.empty(),
                "",
                Duration.ofSeconds(30),
                128,
                512,
                List.of(),
                Map.of());
        CodeReference code = registry.storeCode(returning(1));
        return Changed.of(RegisteredFunction.created(TELLER, configuration, Optional.of(code), Instant.EPOCH), false);
    }
}
