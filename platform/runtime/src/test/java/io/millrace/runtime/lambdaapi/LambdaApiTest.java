package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.function.FunctionName;
import io.millrace.runtime.accounting.FunctionAccount;
import io.millrace.runtime.dispatch.Invoker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server as a whole: bodies without end, broken bytes, unknown paths, its own pages and its end. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@Timeout(300)
class LambdaApiTest {
    private static final String INVOKE = "/2015-03-31/functions/orders/invocations";

    private final Door door;

    LambdaApiTest(@TempDir Path data) {
        this.door = new Door(data, "limits.eventBytes=100000", "limits.requestBytes=200000").with("orders");
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void a_payload_of_exactly_the_limit_passes_and_one_byte_more_does_not() {
        assertThat(door.invoke("orders", "1" + " ".repeat(199_999)).status()).isEqualTo(200);
        assertThat(door.invoke("orders", "1" + " ".repeat(200_000)).refusal())
                .isEqualTo("413 RequestEntityTooLargeException {\"message\":\"Request must be smaller than 200000 bytes"
                        + " for the InvokeFunction operation\"}");
        assertThat(door.invoke("orders", "1" + " ".repeat(99_999), "X-Amz-Invocation-Type", "Event")
                        .status())
                .isEqualTo(202);
        assertThat(door.invoke("orders", "1" + " ".repeat(100_000), "X-Amz-Invocation-Type", "Event")
                        .refusal())
                .isEqualTo("413 RequestEntityTooLargeException {\"message\":\"100001 byte payload is too large for the"
                        + " Event invocation type (limit 100000 bytes)\"}");
        assertThat(door.invoker.called).hasSize(1);
        assertThat(door.invoker.published).hasSize(1);
    }

    @Test
    void ten_megabytes_are_read_to_their_end_and_refused_and_the_connection_goes_on() {
        byte[] body = new byte[10_000_000];

        assertThat(door.send(door.request(INVOKE).POST(BodyPublishers.ofByteArray(body)))
                        .status())
                .isEqualTo(413);
        assertThat(door.invoke("orders", "{}").status()).isEqualTo(200);
        assertThat(door.invoker.called).hasSize(1);
    }

    @Test
    void a_body_without_end_is_answered_in_the_middle_and_cut_off() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port)) {
            // Given
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + INVOKE + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            // When
            CompletableFuture<Long> cutOff = CompletableFuture.supplyAsync(() -> sendUntilCutOff(out, chunk));
            // Then
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
            assertThat(cutOff.get(30, TimeUnit.SECONDS)).isPositive();
        }
        assertThat(door.invoker.called).isEmpty();
        assertThat(door.invoke("orders", "{}").status()).isEqualTo(200);
    }

    @Test
    void an_announced_body_that_is_far_too_large_is_refused_before_it_comes() throws Exception {
        assertThat(raw("POST " + INVOKE + " HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"))
                .startsWith("HTTP/1.1 413")
                .contains("Request must be smaller than 200000 bytes");
    }

    @Test
    void a_caller_that_asks_first_is_told_to_go_on_or_not() throws Exception {
        String head = "POST " + INVOKE + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n";

        assertThat(raw(head + "Content-Length: 2\r\n\r\n{}"))
                .startsWith("HTTP/1.1 100 Continue")
                .contains("HTTP/1.1 200 OK");
        assertThat(raw(head + "Content-Length: 300000\r\n\r\n")).startsWith("HTTP/1.1 413");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"22c328", "22ff22", "22eda08022", "7b22c0af223a317d", "efbbbf7b7d", "7b007d00", "feff007b007d"})
    void what_is_not_utf_8_never_runs(String hexadecimal) {
        byte[] body = HexFormat.of().parseHex(hexadecimal);

        Door.Answer answer = door.send(door.request(INVOKE).POST(BodyPublishers.ofByteArray(body)));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("InvalidRequestContentException");
        assertThat(door.invoker.called).isEmpty();
    }

    @Test
    void what_is_nested_without_end_never_runs() {
        assertThat(door.invoke("orders", "[".repeat(150_000)).status()).isEqualTo(400);
        assertThat(door.invoker.called).isEmpty();
    }

    @Test
    void headers_beyond_64_kb_are_refused_and_the_next_caller_is_served() throws Exception {
        // Not more than the server reads before it refuses: with bytes left unread the answer could be lost.
        String answer = raw("POST " + INVOKE + " HTTP/1.1\r\nHost: x\r\nX-Large: " + "x".repeat(65_600));

        assertThat(answer).startsWith("HTTP/1.1 431").containsIgnoringCase("connection: close");
        assertThat(door.invoker.called).isEmpty();
        assertThat(door.invoke("orders", "{}", "X-Large", "x".repeat(50_000)).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /nothing",
                "GET /2015-03-31/functions/../../etc/passwd",
                "PATCH /2015-03-31/functions",
                "GET /2015-03-31/functions/orders/invocations",
                "POST /2015-03-31/functions//invocations"
            })
    void an_unknown_operation_is_a_404_that_names_it(String operation) {
        String[] parts = operation.split(" ", 2);

        Door.Answer answer = door.send(parts[0], parts[1], "{}");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("UnknownOperationException");
        assertThat(answer.header("x-amzn-RequestId")).isNotEmpty();
        assertThat(answer.json().get("message").asText()).startsWith("there is no operation " + parts[0] + " /");
        assertThat(door.invoker.called).isEmpty();
    }

    @Test
    void a_path_that_cannot_be_decoded_is_a_400() throws Exception {
        assertThat(raw("POST /2015-03-31/functions/%zz/invocations HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                        + "Content-Length: 2\r\n\r\n{}"))
                .startsWith("HTTP/1.1 400")
                .containsIgnoringCase("x-amzn-RequestId");
        assertThat(door.invoker.called).isEmpty();
    }

    @Test
    void a_caller_that_leaves_in_the_middle_runs_nothing() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port)) {
            socket.getOutputStream()
                    .write(("POST " + INVOKE + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"a\":")
                            .getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(door.invoke("orders", "{}").status()).isEqualTo(200);
        assertThat(door.invoker.called).hasSize(1);
    }

    @Test
    void stats_show_the_account_of_each_function() {
        door.accounts = Future.succeededFuture(Map.of(
                new FunctionName("b"), new FunctionAccount(21, 1, 2, 3, 4, 5, 6),
                new FunctionName("a"), new FunctionAccount(0, 0, 0, 0, 0, 0, 0)));

        Door.Answer answer = door.get("/_millrace/stats");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"functions\":{\"a\":{\"accepted\":0,\"waiting\":0,\"delayed\":0,\"running\":0,"
                                + "\"succeeded\":0,\"deadLettered\":0,\"expired\":0},\"b\":{\"accepted\":21,\"waiting\":1,"
                                + "\"delayed\":2,\"running\":3,\"succeeded\":4,\"deadLettered\":5,\"expired\":6}},\"mappings\":{}}");
    }

    @Test
    void health_follows_the_broker() {
        assertThat(door.get("/_millrace/health").status()).isEqualTo(200);
        door.isBrokerConnected = false;
        assertThat(door.get("/_millrace/health").status()).isEqualTo(503);
        assertThat(door.get("/_millrace/health").body()).isEqualTo("{\"broker\":\"disconnected\"}");
    }

    @Test
    void a_stop_refuses_new_callers_and_answers_those_who_wait() throws Exception {
        // Given
        Promise<Invoker.Answer> answer = Promise.promise();
        door.invoker.answer = answer.future();
        CompletableFuture<Door.Answer> waiting = CompletableFuture.supplyAsync(() -> door.invoke("orders", "{}"));
        while (door.invoker.called.isEmpty()) {
            Thread.onSpinWait();
        }
        // When
        Future<Void> closed = door.api.close(Duration.ofMinutes(2));
        assertThat(isRefused()).isTrue();
        assertThat(closed.isComplete()).isFalse();
        RecordingInvoker.succeeded("7").onComplete(answer);
        // Then
        assertThat(waiting.get(60, TimeUnit.SECONDS).body()).isEqualTo("7");
        Door.await(closed);
    }

    private boolean isRefused() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < end) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), door.port).close();
            } catch (ConnectException refused) {
                return true;
            } catch (SocketException reset) {
                Thread.onSpinWait(); // The listener closed just now, with this connection in its queue.
            }
        }
        return false;
    }

    private static long sendUntilCutOff(OutputStream out, byte[] chunk) {
        long sent = 0;
        try {
            while (true) {
                out.write(chunk);
                sent += chunk.length;
            }
        } catch (IOException cutOff) {
            return sent;
        }
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
