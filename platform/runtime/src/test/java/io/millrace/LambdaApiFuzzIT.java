package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.runtime.lambdaapi.model.RequestMaker;
import io.millrace.runtime.lambdaapi.model.RequestMaker.Made;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests made out of the API's description against the platform as it runs. A failure tells the seed, with which the
 * same requests come again: {@code -Dmillrace.fuzz.seed=...}; {@code -Dmillrace.fuzz.seconds=...} goes on for longer.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(3600)
class LambdaApiFuzzIT {
    private static final long SEED = Long.getLong("millrace.fuzz.seed", 20_261_121);
    private static final long SECONDS = Long.getLong("millrace.fuzz.seconds", 5);
    /** Requests, however slow the machine. */
    private static final int FEWEST = 800;

    private static final Duration NO_HANG = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern UNSUPPORTED = Pattern.compile("The (?:operation|member) (\\w+) .*is not supported");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private final Map<String, Integer> succeeded = new TreeMap<>();

    @TempDir
    Path data;

    @Test
    void whatever_comes_is_answered_or_refused_in_order() throws Exception {
        try (Millrace millrace = Millrace.builder()
                .dataDirectory(data)
                .freePorts()
                .http("127.0.0.1", 0)
                .set("concurrency.account", "12")
                .set("concurrency.minimumUnreserved", "8")
                .start()) {
            URI door = millrace.httpUrl().orElseThrow();
            RequestMaker maker = new RequestMaker(SEED, samples());
            int made = 0;
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            while (System.nanoTime() < end || made < FEWEST) {
                if (made % 100 == 0) {
                    prepare(door);
                }
                send(door, maker, made++);
            }
            System.out.println("fuzz: seed " + SEED + ", " + made + " requests, by status " + statuses + ", answered "
                    + succeeded);
            assertThat(succeeded).as("operations that were answered").hasSizeGreaterThan(15);
            // And it is still there for the next caller.
            assertThat(http.send(
                                    HttpRequest.newBuilder(door.resolve("/2015-03-31/functions"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    /** What the requests are about; deleted by some of them. */
    private void prepare(URI door) throws IOException, InterruptedException {
        String functions = "/2015-03-31/functions";
        String code = "{\"ZipFile\":\"" + zipped() + "\"}";
        for (String name : List.of("fuzz-a", "fuzz-b")) {
            post(
                    door,
                    functions,
                    "{\"FunctionName\":\"" + name + "\",\"Runtime\":\"python3.12\",\"Handler\":\"echo.handler\","
                            + "\"Publish\":true,\"Code\":" + code + "}");
            Settled.await(door, name);
        }
        post(door, functions + "/fuzz-a/aliases", "{\"Name\":\"live\",\"FunctionVersion\":\"1\"}");
        post(door, "/2018-10-31/layers/tools/versions", "{\"Content\":" + code + "}");
    }

    private void post(URI door, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(door + path))
                .timeout(NO_HANG)
                .POST(BodyPublishers.ofString(body))
                .build();
        assertThat(http.send(request, BodyHandlers.discarding()).statusCode())
                .as(path)
                .isIn(201, 404, 409);
    }

    private void send(URI door, RequestMaker maker, int number) throws IOException, InterruptedException {
        Made made = maker.next();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(door + made.path()))
                .timeout(NO_HANG)
                .method(made.method(), BodyPublishers.ofByteArray(made.body()));
        made.headers().forEach(request::header);
        HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
        statuses.merge(answer.statusCode(), 1, Integer::sum);
        check(
                answer,
                "seed %d, request %d: %s %s %s %s -> %d %s"
                        .formatted(
                                SEED,
                                number,
                                made.method(),
                                made.path(),
                                made.headers(),
                                shown(made.body()),
                                answer.statusCode(),
                                shown(answer.body())));
        if (answer.statusCode() < 300) {
            succeeded.merge(made.operation(), 1, Integer::sum);
        }
        Matcher unsupported = UNSUPPORTED.matcher(new String(answer.body(), StandardCharsets.UTF_8));
        if (unsupported.find()) {
            maker.rarely(unsupported.group(1));
        }
    }

    private static void check(HttpResponse<byte[]> answer, String shown) throws IOException {
        assertThat(answer.headers().firstValue("x-amzn-RequestId")).as(shown).isPresent();
        assertThat(answer.statusCode())
                .as(shown)
                .satisfiesAnyOf(status -> assertThat(status).isLessThan(500), status -> assertThat(status)
                        .isEqualTo(503));
        if (answer.statusCode() >= 300) {
            assertThat(answer.headers().firstValue("x-amzn-ErrorType"))
                    .as(shown)
                    .isPresent();
            JsonNode body = JSON.readTree(answer.body());
            assertThat(body.hasNonNull("message") || body.hasNonNull("Message"))
                    .as(shown)
                    .isTrue();
        }
    }

    private static String shown(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.length() <= 2000 ? text : text.substring(0, 2000) + "...";
    }

    private static List<String> samples() throws IOException {
        String lambda = "arn:aws:lambda:us-east-1:000000000000:";
        return List.of(
                "fuzz-a",
                "fuzz-a",
                "fuzz-a",
                "fuzz-a",
                "fuzz-b",
                "fuzz-b",
                "tools",
                "1",
                "2",
                "live",
                "$LATEST",
                "text",
                "echo.handler",
                "python3.12",
                "ALL",
                "Text",
                zipped(),
                lambda + "function:fuzz-a",
                lambda + "function:fuzz-a:live",
                lambda + "layer:tools",
                lambda + "layer:tools:1",
                lambda + "event-source-mapping:0a1b2c3d-0000-0000-0000-000000000000",
                lambda + "code-signing-config:csc-0123456789abcdefg",
                lambda + "capacity-provider:pool",
                lambda + "function:fuzz-a:1/durable-execution/a/b",
                "arn:aws:iam::000000000000:role/any",
                "arn:aws:sqs:us-east-1:000000000000:failed",
                "arn:aws:kms:us-east-1:000000000000:key/a",
                "0a1b2c3d-0000-0000-0000-000000000000",
                "o-0123456789",
                "sg-1",
                "subnet-1",
                "/mnt/data",
                "VARIABLE_A",
                "2026-01-01T00:00:00Z",
                "");
    }

    private static String zipped() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("echo.py"));
            zip.write("def handler(event, context):\n    return event\n".getBytes(StandardCharsets.UTF_8));
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
