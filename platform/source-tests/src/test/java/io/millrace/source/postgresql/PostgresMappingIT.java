package io.millrace.source.postgresql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.contract.LogUnderTest.Written;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.source.postgresql.PostgresServer.Outbox;
import io.millrace.testkit.MillraceExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From a table of a real database to a function, as clients of both see it. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PostgresMappingIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String MAPPINGS = "/2015-03-31/event-source-mappings";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    private static PostgresServer server;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        server = new PostgresServer();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    /** Keeps the numbers of each key; fails the first time that it sees 5. */
    private static final class Recorder implements FunctionHandler {
        private final Map<String, List<Integer>> byKey = new ConcurrentHashMap<>();
        private final List<String> failed = new CopyOnWriteArrayList<>();

        @Override
        public byte[] handle(byte[] event, FunctionContext context) throws IOException {
            JsonNode records = JSON.readTree(event).path("Records");
            for (JsonNode record : records) {
                String key = record.at("/postgresql/Keys/key").textValue();
                int number = record.at("/postgresql/NewImage/value/number").intValue();
                if (number == 5 && failed.isEmpty()) {
                    failed.add(key);
                    throw new IllegalStateException("number 5");
                }
                List<Integer> numbers = byKey.computeIfAbsent(key, first -> new CopyOnWriteArrayList<>());
                if (!numbers.contains(number)) { // A batch that failed comes again as a whole.
                    numbers.add(number);
                }
            }
            return "null".getBytes(UTF_8);
        }

        int count() {
            return byKey.values().stream().mapToInt(List::size).sum();
        }
    }

    @Test
    void changes_of_a_row_reach_the_function_in_order_also_those_made_while_the_mapping_was_disabled()
            throws Exception {
        // Given
        Outbox outbox = server.create();
        Recorder recorder = new Recorder();
        millrace.deploy("projector", recorder);
        outbox.write(numbered(0, 10));

        // When
        HttpResponse<String> created = send("POST", MAPPINGS, mapping(outbox.name, "projector"));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(202);
        String path =
                MAPPINGS + "/" + JSON.readTree(created.body()).path("UUID").textValue();
        await().atMost(LONG).until(() -> recorder.count() == 100);
        change(path, "{\"Enabled\": false}", "Disabled");
        outbox.write(numbered(10, 20));
        change(path, "{\"Enabled\": true}", "Enabled");
        await().atMost(LONG).until(() -> recorder.count() == 200);

        // Then
        assertThat(recorder.failed).hasSize(1);
        assertThat(recorder.byKey).hasSize(10).allSatisfy((key, numbers) -> assertThat(numbers)
                .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList()));
    }

    @Test
    void an_outbox_that_is_not_there_is_refused() throws Exception {
        // Given
        server.create(); // Another one.
        millrace.deploy("idle", new Recorder());

        // When
        HttpResponse<String> answer = send("POST", MAPPINGS, mapping("nowhere", "idle"));

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(PostgresServer.arn("nowhere"), "has no such outbox");
    }

    private void change(String path, String body, String state) throws Exception {
        HttpResponse<String> answer = send("PUT", path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        await().atMost(LONG).until(() -> send("GET", path, "").body().contains("\"State\":\"" + state + "\""));
    }

    private static String mapping(String outbox, String function) {
        return """
                {"EventSourceArn": "%s", "FunctionName": "%s", "BatchSize": 7, "ParallelizationFactor": 4,
                 "SourceAccessConfigurations": [{"Type": "BASIC_AUTH", "URI": "%s"}]}
                """
                .formatted(PostgresServer.arn(outbox), function, server.access().uri());
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        URI api = millrace.millrace().httpUrl().orElseThrow();
        return client.send(
                HttpRequest.newBuilder(api.resolve(path))
                        .method(method, BodyPublishers.ofString(body))
                        .timeout(LONG)
                        .build(),
                BodyHandlers.ofString());
    }

    /** Each number for ten keys. */
    private static List<Written> numbered(int from, int to) {
        return IntStream.range(from, to)
                .boxed()
                .flatMap(number -> IntStream.range(0, 10)
                        .mapToObj(key -> new Written("key-" + key, "{\"number\":" + number + "}")))
                .toList();
    }
}
