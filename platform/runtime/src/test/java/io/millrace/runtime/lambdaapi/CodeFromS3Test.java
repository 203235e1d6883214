package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.runtime.registry.Archives;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Code that is named by bucket and key, from a folder and from a server. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@Timeout(300)
class CodeFromS3Test {
    private static final String FUNCTIONS = "/2015-03-31/functions";
    private static final String NO_KEY = "400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"Error"
            + " occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not"
            + " exist.\"}";
    private static final byte[] CODE = Archives.with("com/example/Handler.class", "from a bucket");

    @TempDir
    private Path data;

    @TempDir
    private Path folder;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private byte[] sent = CODE;
    private int status = 200;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        Files.createDirectories(folder.resolve("bucket/some"));
        Files.write(folder.resolve("bucket/some/code.zip"), CODE);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Host") + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
        exchange.sendResponseHeaders(status, 0);
        try (exchange) {
            exchange.getResponseBody().write(sent);
        }
    }

    private String at() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private static String creation(String code) {
        return Door.creation("orders").replaceFirst("\\{\"ZipFile\": [^}]*}", "{" + code + "}");
    }

    private static String named(String bucket, String key) {
        return "\"S3Bucket\": \"" + bucket + "\", \"S3Key\": \"" + key + "\"";
    }

    @Test
    void functions_and_layers_take_code_from_a_folder() throws IOException {
        try (Door door = new Door(data, "code.s3=file:" + folder)) {
            // When
            Door.Answer created = door.post(FUNCTIONS, creation(named("bucket", "some/code.zip")));
            // Then
            assertThat(created.status()).as(created.body()).isEqualTo(201);
            assertThat(created.json().get("CodeSize").asInt()).isEqualTo(CODE.length);
            // When
            byte[] newer = Archives.with("com/example/Handler.class", "newer");
            Files.write(folder.resolve("bucket/newer.zip"), newer);
            Door.Answer updated = door.put(
                    FUNCTIONS + "/orders/code",
                    "{\"S3ObjectStorageMode\": \"COPY\", " + named("bucket", "newer.zip") + "}");
            Door.Answer layer = door.post(
                    "/2018-10-31/layers/tools/versions", "{\"Content\": {" + named("bucket", "newer.zip") + "}}");
            // Then
            assertThat(updated.json().get("CodeSize").asInt()).isEqualTo(newer.length);
            assertThat(layer.json().at("/Content/CodeSha256"))
                    .isEqualTo(updated.json().get("CodeSha256"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nowhere,some/code.zip,NoSuchBucket,The specified bucket does not exist",
        "bucket,some/none.zip,NoSuchKey,The specified key does not exist.",
        "bucket,some,NoSuchKey,The specified key does not exist.",
        "bucket,some/code.zip/,NoSuchKey,The specified key does not exist.",
        "bucket,link.zip,AccessDenied,Access Denied",
        "bucket,out/code.zip,AccessDenied,Access Denied",
        "linked,code.zip,AccessDenied,Access Denied",
    })
    void what_is_not_in_the_folder_is_refused_in_the_words_of_S3(String bucket, String key, String code, String text)
            throws IOException {
        // Given
        Path outside = Files.createDirectories(data.resolve("outside"));
        Files.write(outside.resolve("code.zip"), CODE);
        Files.createSymbolicLink(folder.resolve("bucket/link.zip"), outside.resolve("code.zip"));
        Files.createSymbolicLink(folder.resolve("bucket/out"), outside);
        Files.createSymbolicLink(folder.resolve("linked"), outside);
        // When
        try (Door door = new Door(data, "code.s3=" + folder)) {
            Door.Answer answer = door.post(FUNCTIONS, creation(named(bucket, key)));
            // Then
            assertThat(answer.refusal())
                    .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"Error occurred"
                            + " while GetObject. S3 Error Code: " + code + ". S3 Error Message: " + text + "\"}");
            assertThat(door.get(FUNCTIONS).json().get("Functions")).isEmpty();
        }
    }

    @Test
    void a_key_that_begins_with_a_slash_is_still_inside_and_a_folder_has_no_versions() {
        try (Door door = new Door(data, "code.s3=" + folder)) {
            assertThat(door.post(FUNCTIONS, creation(named("bucket", "/etc/passwd")))
                            .refusal())
                    .isEqualTo(NO_KEY);
            assertThat(door.post(
                                    FUNCTIONS,
                                    creation(named("bucket", "some/code.zip") + ", \"S3ObjectVersion\": \"v1\""))
                            .refusal())
                    .contains("S3 Error Code: NoSuchVersion. S3 Error Message: The specified version does not exist.");
        }
    }

    @ParameterizedTest
    @CsvSource({"../code.zip", "some/../../code.zip", "..", "a/.", "./code.zip"})
    void a_key_that_leads_elsewhere_is_refused_before_anybody_is_asked(String key) {
        try (Door door = new Door(data, "code.s3=http://" + at())) {
            assertThat(door.post(FUNCTIONS, creation(named("bucket", key))).refusal())
                    .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"S3Key is '" + key
                            + "', expected one without the segments '.' and '..'.\"}");
            assertThat(asked).isEmpty();
        }
    }

    @Test
    void a_server_is_asked_by_path_and_without_a_signature_where_there_are_no_keys() {
        try (Door door = new Door(data, "code.s3=http://" + at())) {
            Door.Answer created = door.post(
                    FUNCTIONS, creation(named("bucket", "some/co de+ü.zip") + ", \"S3ObjectVersion\": \"v/1\""));

            assertThat(created.status()).as(created.body()).isEqualTo(201);
            assertThat(asked)
                    .containsExactly("GET /bucket/some/co%20de%2B%C3%BC.zip?versionId=v%2F1 " + at() + " null");
            assertThat(created.json().get("CodeSha256"))
                    .isEqualTo(door.get(FUNCTIONS + "/orders").json().at("/Configuration/CodeSha256"));
        }
    }

    @Test
    void a_server_is_asked_with_a_signature_where_there_are_keys() {
        try (Door door = new Door(
                data,
                "code.s3=http://" + at(),
                "code.s3.accessKey=AKIA",
                "code.s3.secretKey=hush",
                "code.s3.region=eu-north-1")) {
            assertThat(door.post(FUNCTIONS, creation(named("bucket", "code.zip")))
                            .status())
                    .isEqualTo(201);

            assertThat(asked)
                    .singleElement()
                    .asString()
                    .matches("GET /bucket/code.zip " + at()
                            + " AWS4-HMAC-SHA256 Credential=AKIA/20261120/eu-north-1/s3/aws4_request,"
                            + "SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=[0-9a-f]{64}");
        }
    }

    @Test
    void what_the_server_says_is_told() {
        try (Door door = new Door(data, "code.s3=http://" + at())) {
            status = 404;
            sent = "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist."
                    .concat("</Message></Error>")
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(door.post(FUNCTIONS, creation(named("bucket", "none"))).refusal())
                    .isEqualTo(NO_KEY);
            sent = new byte[0];
            assertThat(door.post(FUNCTIONS, creation(named("bucket", "none"))).refusal())
                    .isEqualTo(NO_KEY);
            status = 403;
            assertThat(door.post(FUNCTIONS, creation(named("bucket", "none"))).refusal())
                    .contains("S3 Error Code: AccessDenied. S3 Error Message: Access Denied");
            status = 500;
            assertThat(door.post(FUNCTIONS, creation(named("bucket", "none"))).refusal())
                    .startsWith("503 ServiceUnavailableException")
                    .contains("Code in S3 cannot be read: server 'http://" + at()
                            + "' of the setting code.s3 answered with status 500");
            server.stop(0);
            assertThat(door.post(FUNCTIONS, creation(named("bucket", "none"))).refusal())
                    .startsWith("503 ServiceUnavailableException")
                    .contains("server 'http://" + at() + "' of the setting code.s3 did not answer: ");
        }
    }

    @Test
    void an_object_that_is_too_large_is_refused_wherever_it_is() throws IOException {
        sent = new byte[RequestLimits.ZIPPED_BYTES];
        Files.write(folder.resolve("bucket/large.zip"), sent);
        for (String place : List.of("http://" + at(), folder.toString())) {
            try (Door door = new Door(data, "code.s3=" + place)) {
                assertThat(door.post(FUNCTIONS, creation(named("bucket", "large.zip")))
                                .refusal())
                        .as(place)
                        .isEqualTo("413 RequestEntityTooLargeException {\"message\":\"Zipped size must be smaller than"
                                + " 52428800 bytes\"}");
            }
        }
    }

    @Test
    void without_the_setting_it_is_refused_by_its_name() {
        try (Door door = new Door(data)) {
            assertThat(door.post(FUNCTIONS, creation(named("bucket", "code.zip")))
                            .refusal())
                    .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"Code in S3 cannot"
                            + " be read: the setting code.s3 is empty, expected a folder or the address of an"
                            + " S3-compatible server. Or send the code as ZipFile.\"}");
        }
    }

    @Test
    void one_source_is_enough_and_a_copy_is_all_there_is() {
        String zip = "\"ZipFile\": \"" + Base64.getEncoder().encodeToString(CODE) + "\"";
        try (Door door = new Door(data, "code.s3=" + folder)) {
            assertThat(door.post(FUNCTIONS, creation(zip + ", " + named("bucket", "some/code.zip")))
                            .refusal())
                    .isEqualTo("400 InvalidParameterValueException {\"Type\":\"User\",\"message\":\"Please do not"
                            + " provide other FunctionCode parameters when providing a ZipFile.\"}");
            assertThat(door.post(
                                    FUNCTIONS,
                                    creation(named("bucket", "some/code.zip")
                                            + ", \"S3ObjectStorageMode\": \"REFERENCE\""))
                            .refusal())
                    .contains("The member S3ObjectStorageMode with the value \\\"REFERENCE\\\" is not supported.");
        }
    }
}
