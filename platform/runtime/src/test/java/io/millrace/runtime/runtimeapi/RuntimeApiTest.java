package io.millrace.runtime.runtimeapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The HTTP interface as a runtime sees it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@SuppressWarnings({"FutureReturnValueIgnored", "StringConcatToTextBlock"}) // What waits may wait; lines end in CR LF.
class RuntimeApiTest {
    private static final String RUNTIME = "/2018-06-01/runtime/";
    private static final String EXTENSION = "/2020-01-01/extension/";

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private volatile long limit;
    private RuntimeApi api;

    @BeforeEach
    void open() {
        CompletableFuture<RuntimeApi> opened = new CompletableFuture<>();
        context.runOnContext(now -> RuntimeApi.open(
                        context, new FunctionFacts("orders", "3", "app.handler", "000000000000"), new Ears())
                .onSuccess(opened::complete));
        api = opened.orTimeout(60, TimeUnit.SECONDS).join();
        on(() -> api.begin(Set.of("external")));
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void on(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        context.runOnContext(now -> {
            task.run();
            done.complete(null);
        });
        done.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private CompletableFuture<HttpResponse<String>> call(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + api.authority() + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofString());
    }

    private String answer(String method, String path, String body, String... headers) {
        HttpResponse<String> response = call(method, path, body, headers).join();
        whatItHeardIsNoted();
        return response.statusCode() + " " + response.body();
    }

    /** It answers first and tells its listener after, in the same turn of the event loop. */
    private void whatItHeardIsNoted() {
        on(() -> {});
    }

    private String register(String name, String events) {
        return call("POST", EXTENSION + "register", "{\"events\":" + events + "}", "Lambda-Extension-Name", name)
                .join()
                .headers()
                .firstValue("Lambda-Extension-Identifier")
                .orElse("");
    }

    private CompletableFuture<HttpResponse<String>> next() {
        return call("GET", RUNTIME + "invocation/next", "");
    }

    /** Registers the extension and lets both wait, so that the initialisation is over. */
    private CompletableFuture<HttpResponse<String>> idle() {
        String id = register("external", "[\"INVOKE\"]");
        call("GET", EXTENSION + "event/next", "", "Lambda-Extension-Identifier", id);
        CompletableFuture<HttpResponse<String>> waiting = next();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> heard.contains("idle"));
        return waiting;
    }

    private CompletableFuture<HttpResponse<String>> running(String id) {
        CompletableFuture<HttpResponse<String>> waiting = idle();
        on(() -> api.dispatch(invocation(id)));
        return waiting;
    }

    private static RuntimeInvocation invocation(String id) {
        return new RuntimeInvocation(
                id,
                "{\"a\":1}".getBytes(StandardCharsets.UTF_8),
                Optional.empty(),
                "arn:aws:lambda:us-east-1:000000000000:function:orders",
                Instant.ofEpochMilli(1_700_000_000_123L),
                Optional.of("{\"custom\":{}}"),
                Optional.of("Root=1-2-3"));
    }

    @Test
    void an_invocation_comes_with_all_its_headers() {
        // When
        HttpResponse<String> response = running("id-1").join();
        // Then
        assertThat(response.body()).isEqualTo("{\"a\":1}");
        assertThat(response.headers().firstValue("Lambda-Runtime-Aws-Request-Id"))
                .hasValue("id-1");
        assertThat(response.headers().firstValue("Lambda-Runtime-Deadline-Ms")).hasValue("1700000000123");
        assertThat(response.headers().firstValue("Lambda-Runtime-Invoked-Function-Arn"))
                .hasValue("arn:aws:lambda:us-east-1:000000000000:function:orders");
        assertThat(response.headers().firstValue("Lambda-Runtime-Trace-Id")).hasValue("Root=1-2-3");
        assertThat(response.headers().firstValue("Lambda-Runtime-Client-Context"))
                .hasValue("{\"custom\":{}}");
        assertThat(response.headers().firstValue("Lambda-Runtime-Invocation-Id"))
                .isPresent();
    }

    @Test
    void an_answer_is_accepted_once() {
        // Given
        running("id-1").join();
        // When
        String first = answer("POST", RUNTIME + "invocation/id-1/response", "42");
        String second = answer("POST", RUNTIME + "invocation/id-1/response", "43");
        // Then
        assertThat(first).isEqualTo("202 {\"status\":\"OK\"}");
        assertThat(second)
                .isEqualTo("403 {\"errorMessage\":\"State transition from RuntimeResponseSent to InvocationResponse"
                        + " failed for runtime. Error: State transition is not allowed\","
                        + "\"errorType\":\"InvalidStateTransition\"}");
        assertThat(heard).contains("responded id-1 42").noneMatch(line -> line.contains("43"));
    }

    @Test
    void an_answer_that_comes_after_the_timeout_is_refused_and_dropped() {
        // Given
        running("id-1").join();
        on(api::withdraw);
        // When
        String late = answer("POST", RUNTIME + "invocation/id-1/response", "42");
        // Then
        assertThat(late).isEqualTo("400 {\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}");
        assertThat(heard).noneMatch(line -> line.startsWith("responded"));
    }

    @Test
    void the_id_of_another_attempt_is_refused() {
        // Given
        running("id-1").join();
        // When
        String mismatch =
                answer("POST", RUNTIME + "invocation/id-1/response", "42", "Lambda-Runtime-Invocation-Id", "another");
        // Then
        assertThat(mismatch)
                .isEqualTo("400 {\"errorMessage\":\"Invalid invocation ID\",\"errorType\":\"InvalidInvocationId\"}");
    }

    @Test
    void an_answer_before_any_invocation_is_refused() {
        // When
        String early = answer("POST", RUNTIME + "invocation/id-1/response", "42");
        // Then
        assertThat(early).startsWith("403 ").contains("State transition from Started to InvocationResponse");
    }

    @Test
    void an_error_of_the_initialisation_after_it_is_refused() {
        // Given
        idle();
        // When
        String late = answer("POST", RUNTIME + "init/error", "{}");
        // Then
        assertThat(late).startsWith("403 ").contains("State transition from Ready to RuntimeInitError");
    }

    @Test
    void a_payload_beyond_the_limit_is_refused_and_reported() {
        // Given
        running("id-1").join();
        // When
        String refusal =
                answer("POST", RUNTIME + "invocation/id-1/response", "x".repeat(RuntimeApi.MAXIMUM_PAYLOAD_BYTES + 1));
        // Then
        assertThat(refusal)
                .isEqualTo("413 {\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 bytes).\","
                        + "\"errorType\":\"RequestEntityTooLarge\"}");
        assertThat(heard)
                .contains("failed id-1 Function.ResponseSizeTooLarge {\"errorMessage\":\"Response payload size"
                        + " exceeded maximum allowed payload size (6291556 bytes).\","
                        + "\"errorType\":\"Function.ResponseSizeTooLarge\"}");
    }

    @Test
    void a_streamed_answer_is_collected() throws IOException {
        // Given
        running("id-1").join();
        // When
        String status = stream("id-1", "0\r\n\r\n");
        // Then
        assertThat(status).isEqualTo("HTTP/1.1 202 Accepted");
        assertThat(heard).contains("responded id-1 onetwo");
    }

    @Test
    void a_streamed_answer_that_broke_off_is_an_error() throws IOException {
        // Given
        running("id-1").join();
        // When
        String status = stream(
                "id-1",
                "0\r\nLambda-Runtime-Function-Error-Type: Runtime.StreamError\r\n"
                        + "Lambda-Runtime-Function-Error-Body: eyJlcnJvck1lc3NhZ2UiOiJubyJ9\r\n\r\n");
        // Then
        assertThat(status).isEqualTo("HTTP/1.1 202 Accepted");
        assertThat(heard).contains("failed id-1 Runtime.StreamError {\"errorMessage\":\"no\"}");
    }

    @Test
    void a_streamed_answer_is_handed_on_while_it_arrives_where_somebody_takes_it() throws IOException {
        // Given
        limit = 6;
        running("id-1").join();
        // When
        String status = stream("id-1", "0\r\n\r\n");
        // Then
        assertThat(status).isEqualTo("HTTP/1.1 202 Accepted");
        assertThat(heard).contains("streams id-1 ", "responded id-1 ");
        assertThat(taken.toString(StandardCharsets.UTF_8)).isEqualTo("onetwo");
    }

    @Test
    void a_streamed_answer_beyond_its_limit_is_refused_and_reported() throws IOException {
        // Given
        limit = 5;
        running("id-1").join();
        // When
        String status = stream("id-1", "0\r\n\r\n");
        // Then
        assertThat(status).isEqualTo("HTTP/1.1 413 Request Entity Too Large");
        assertThat(heard)
                .contains("failed id-1 Function.ResponseSizeTooLarge {\"errorMessage\":\"Response payload size"
                        + " exceeded maximum allowed payload size (5 bytes).\","
                        + "\"errorType\":\"Function.ResponseSizeTooLarge\"}");
    }

    @Test
    void a_streamed_answer_whose_connection_ends_is_truncated() throws IOException {
        // Given
        limit = 6;
        running("id-1").join();
        // When
        String[] authority = api.authority().split(":", -1);
        try (Socket socket = new Socket(authority[0], Integer.parseInt(authority[1]))) {
            socket.getOutputStream().write(beginning("id-1").getBytes(StandardCharsets.US_ASCII));
        }
        // Then
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> heard.contains("failed id-1 Runtime.TruncatedResponse"
                        + " {\"errorType\":\"Runtime.TruncatedResponse\","
                        + "\"errorMessage\":\"RequestId: id-1 Error: Runtime truncated its response\"}"));
    }

    private static String beginning(String id) {
        return "POST " + RUNTIME + "invocation/" + id + "/response HTTP/1.1\r\nHost: x\r\n"
                + "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n"
                + "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n"
                + "3\r\none\r\n3\r\ntwo\r\n";
    }

    private String stream(String id, String end) throws IOException {
        String[] authority = api.authority().split(":", -1);
        try (Socket socket = new Socket(authority[0], Integer.parseInt(authority[1]))) {
            String request = beginning(id) + end;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            byte[] reply = new byte[1024];
            int length = socket.getInputStream().read(reply);
            whatItHeardIsNoted();
            return new String(reply, 0, length, StandardCharsets.US_ASCII)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }

    @Test
    void an_extension_registers_only_during_the_initialisation() {
        // Given
        idle();
        // When
        String late = answer(
                "POST", EXTENSION + "register", "{\"events\":[\"INVOKE\"]}", "Lambda-Extension-Name", "internal");
        // Then
        assertThat(late)
                .isEqualTo("403 {\"errorMessage\":\"Extension registration closed already\","
                        + "\"errorType\":\"Extension.RegistrationClosed\"}");
    }

    @Test
    void an_internal_extension_may_not_wait_for_the_end() {
        // When
        String refusal = answer(
                "POST",
                EXTENSION + "register",
                "{\"events\":[\"INVOKE\",\"SHUTDOWN\"]}",
                "Lambda-Extension-Name",
                "internal");
        // Then
        assertThat(refusal).startsWith("403 ").contains("Extension.InvalidEventType");
    }

    @Test
    void an_eleventh_extension_is_refused() {
        // Given
        for (int i = 0; i < 10; i++) {
            register("internal-" + i, "[]");
        }
        // When
        String refusal =
                answer("POST", EXTENSION + "register", "{\"events\":[]}", "Lambda-Extension-Name", "internal-10");
        // Then
        assertThat(refusal)
                .isEqualTo("403 {\"errorMessage\":\"Extension limit (10) reached\","
                        + "\"errorType\":\"Extension.TooManyExtensions\"}");
    }

    @Test
    void an_account_is_told_to_those_who_ask_for_it() {
        // When
        String reply = answer(
                "POST",
                EXTENSION + "register",
                "{\"events\":[]}",
                "Lambda-Extension-Name",
                "external",
                "Lambda-Extension-Accept-Feature",
                "accountId");
        // Then
        assertThat(reply)
                .isEqualTo("200 {\"functionName\":\"orders\",\"functionVersion\":\"3\",\"handler\":\"app.handler\","
                        + "\"accountId\":\"000000000000\"}");
        assertThat(heard).contains("registered");
    }

    @Test
    void an_unknown_extension_hears_nothing() {
        // When
        String without = answer("GET", EXTENSION + "event/next", "");
        String unknown = answer("GET", EXTENSION + "event/next", "", "Lambda-Extension-Identifier", "nobody");
        // Then
        assertThat(without).startsWith("403 ").contains("Extension.MissingExtensionIdentifier");
        assertThat(unknown).startsWith("403 ").contains("Extension.UnknownExtensionIdentifier");
    }

    @Test
    void an_extension_reports_that_it_cannot_start() {
        // Given
        String id = register("external", "[]");
        // When
        String reply = answer(
                "POST",
                EXTENSION + "init/error",
                "{\"errorMessage\":\"no\"}",
                "Lambda-Extension-Identifier",
                id,
                "Lambda-Extension-Function-Error-Type",
                "Extension.NoConfig");
        // Then
        assertThat(reply).isEqualTo("202 {\"status\":\"OK\"}");
        assertThat(heard).contains("initFailed Extension.NoConfig {\"errorMessage\":\"no\"}");
    }

    @Test
    void telemetry_is_accepted_and_anything_else_is_not_found() {
        // When, then
        assertThat(answer("PUT", "/2022-07-01/telemetry", "{}")).isEqualTo("202 {\"status\":\"OK\"}");
        assertThat(answer("GET", "/2018-06-01/ping", "")).startsWith("404 ");
    }

    /** Takes all there is. */
    private final class Hand implements ResponseTaker {
        @Override
        public void take(byte[] chunk) {
            taken.writeBytes(chunk);
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public void whenWritable(Runnable resume) {
            resume.run();
        }

        @Override
        public long maximumBytes() {
            return limit;
        }
    }

    /** Writes down what it is told. */
    private final class Ears implements RuntimeApiListener {
        @Override
        public void extensionsRegistered() {
            heard.add("registered");
        }

        @Override
        public void idle() {
            heard.add("idle");
        }

        @Override
        public Optional<ResponseTaker> streams(String requestId, String contentType) {
            heard.add("streams " + requestId + " " + contentType);
            return limit == 0 ? Optional.empty() : Optional.of(new Hand());
        }

        @Override
        public void responded(String requestId, byte[] response) {
            heard.add("responded " + requestId + " " + new String(response, StandardCharsets.UTF_8));
        }

        @Override
        public void failed(String requestId, RuntimeFailure failure) {
            heard.add("failed " + requestId + " " + text(failure));
        }

        @Override
        public void initFailed(RuntimeFailure failure) {
            heard.add("initFailed " + text(failure));
        }

        @Override
        public void extensionFailed(RuntimeFailure failure) {
            heard.add("extensionFailed " + text(failure));
        }

        private static String text(RuntimeFailure failure) {
            return failure.type() + " " + new String(failure.body(), StandardCharsets.UTF_8);
        }
    }
}
