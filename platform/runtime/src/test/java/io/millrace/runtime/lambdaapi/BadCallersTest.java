package io.millrace.runtime.lambdaapi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.dispatch.Invoker;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers that are slow, many, half gone or up to something, on sockets of their own. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@Timeout(300)
class BadCallersTest {
    private static final int MANY = 1_000;
    private static final String INVOKE = "POST /2015-03-31/functions/orders/invocations HTTP/1.1\r\nHost: x\r\n";

    private static Door door;

    @BeforeAll
    static void open(@TempDir Path data) {
        door = new Door(data).with("orders");
    }

    @AfterAll
    static void close() {
        door.close();
    }

    @BeforeEach
    void forget() {
        door.invoker.forget();
    }

    private static Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), door.port);
    }

    private static Socket sending(String text) throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }

    @Test
    void a_caller_that_will_send_no_more_still_gets_its_answer() throws IOException {
        // Given
        Promise<Invoker.Answer> answer = Promise.promise();
        door.invoker.answer = answer.future();
        try (Socket socket = sending(INVOKE + "Connection: close\r\nContent-Length: 2\r\n\r\n{}")) {
            await().atMost(Duration.ofSeconds(60)).until(() -> door.invoker.called.size() == 1);
            // When
            socket.shutdownOutput();
            assertThat(door.get("/_millrace/health").status()).isEqualTo(200); // The server has seen it meanwhile.
            answer.complete(new Invoker.Answer(new Outcome.Succeeded("7".getBytes(ISO_8859_1)), "$LATEST"));
            // Then
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n7");
        }
    }

    @Test
    void a_caller_that_leaves_half_a_request_behind_is_let_go() throws IOException {
        try (Socket socket = sending(INVOKE + "Content-Length: 100\r\n\r\n{")) {
            socket.shutdownOutput();
            socket.setSoTimeout(60_000);
            assertThat(answer(socket)).doesNotContain("200 OK");
        }
        assertThat(door.invoker.called).isEmpty();
    }

    @Test
    void a_caller_that_says_farewell_after_its_answer_is_let_go() throws IOException {
        try (Socket socket = sending(INVOKE + "Content-Length: 2\r\n\r\n{}")) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            socket.shutdownOutput();
            socket.setSoTimeout(60_000);
            assertThat(answer(socket)).endsWith("\r\n\r\nnull");
        }
    }

    @Test
    void a_thousand_who_say_nothing_and_one_who_never_ends_keep_nobody_waiting() throws IOException {
        // Given
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                idle.add(connect());
            }
            idle.add(sending("POST /2015-03-31/func"));
            idle.add(sending(INVOKE + "Content-Length: 100\r\n\r\n{\"slow\":"));
            // When, then
            assertThat(door.invoke("orders", "{}").status()).isEqualTo(200);
            assertThat(door.invoker.called).hasSize(1);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void a_caller_that_sends_letter_by_letter_is_served() throws IOException {
        try (Socket socket = connect()) {
            for (byte letter : (INVOKE + "Connection: close\r\nContent-Length: 2\r\n\r\n{}").getBytes(ISO_8859_1)) {
                socket.getOutputStream().write(letter);
                socket.getOutputStream().flush();
            }
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void requests_sent_one_after_the_other_without_waiting_are_each_answered_in_order() throws IOException {
        // Given
        door.invoker.answer = RecordingInvoker.succeeded("1");
        String unknown = INVOKE.replace("orders", "unknown") + "Content-Length: 2\r\n\r\n{}";
        String known = INVOKE + "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
        // When
        try (Socket socket = sending(unknown + known)) {
            // Then
            assertThat(answer(socket).split("HTTP/1.1 ", -1))
                    .satisfiesExactly(
                            nothing -> assertThat(nothing).isEmpty(),
                            first -> assertThat(first).startsWith("404 ").contains("function:unknown"),
                            second -> assertThat(second).startsWith("200 ").endsWith("\r\n\r\n1"));
        }
    }

    @Test
    void what_follows_a_refused_request_of_two_lengths_is_not_taken_for_another_one() throws IOException {
        String smuggled = INVOKE + "Content-Length: 2\r\n\r\n{}";
        String twoLengths = INVOKE + "Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}" + smuggled;
        try (Socket socket = sending(twoLengths)) {
            socket.setSoTimeout(60_000);
            assertThat(answer(socket)).startsWith("HTTP/1.1 400 ").doesNotContain("HTTP/1.1 200");
        }
        assertThat(door.invoker.called).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/2015-03-31/functions/..%2F..%2Fetc%2Fpasswd/invocations, 400 ValidationException",
        "/2015-03-31/functions/orders%00/invocations, 400 ValidationException",
        "/2015-03-31/functions/orders%0d%0aX-Evil:%201/invocations, 400 ValidationException",
        "/2015-03-31/functions/or%2Fders/invocations, 400 ValidationException",
        "/2015-03-31/functions/%C3%A9/invocations, 400 ValidationException",
        "/2015-03-31/functions/../functions/orders/invocations, 404 UnknownOperationException",
        "/2015-03-31/functions/orders/invocations/../invocations, 404 UnknownOperationException",
        "/2015-03-31//functions/orders/invocations, 404 UnknownOperationException",
    })
    void paths_that_mean_to_lead_elsewhere_lead_nowhere(String path, String refusal) throws IOException {
        String request = "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
        try (Socket socket = sending(request)) {
            String answer = answer(socket);
            assertThat(answer)
                    .startsWith("HTTP/1.1 " + refusal.substring(0, 3))
                    .containsIgnoringCase("x-amzn-errortype: " + refusal.substring(4))
                    .doesNotContainIgnoringCase("\r\nX-Evil");
        }
        assertThat(door.invoker.called).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Amz-Log-Type: Tail\0", "Bad Header: 1", "X-Amzn-Trace-Id: a\rb"})
    void headers_that_are_none_are_refused(String header) throws IOException {
        try (Socket socket = sending(INVOKE + header + "\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")) {
            assertThat(answer(socket)).startsWith("HTTP/1.1 400 ");
        }
        assertThat(door.invoker.called).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, http://evil.example",
        "Origin, http://localhost.evil.example:4574",
        "Origin, null",
        "Sec-Fetch-Site, cross-site",
    })
    void a_page_of_another_site_may_not_use_a_server_without_keys(String header, String value) {
        // When
        Door.Answer invoked = door.invoke("orders", "{}", header, value);
        Door.Answer created = door.post("/_millrace/keys", "{\"User\":\"evil\",\"Role\":\"admin\"}", header, value);
        // Then
        assertThat(invoked.refusal()).startsWith("403 AccessDeniedException ");
        assertThat(created.refusal()).startsWith("403 AccessDeniedException ");
        assertThat(door.invoker.called).isEmpty();
        assertThat(door.invoke("orders", "{}", "Origin", "http://127.0.0.1:4574")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void one_caller_never_sees_what_another_one_got() {
        // Given
        door.invoker.answer = RecordingInvoker.succeeded("\"secret of the first\"");
        Door.Answer first = door.invoke("orders", "{}");
        door.invoker.answer = RecordingInvoker.ended(new Outcome.Succeeded(new byte[0]));
        // When
        Door.Answer second = door.invoke("orders", "{}");
        // Then
        assertThat(first.body()).contains("secret");
        assertThat(second.body()).isEmpty();
        assertThat(second.header("x-amzn-RequestId")).isNotEqualTo(first.header("x-amzn-RequestId"));
    }
}
