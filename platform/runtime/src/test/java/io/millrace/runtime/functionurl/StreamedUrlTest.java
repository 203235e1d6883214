package io.millrace.runtime.functionurl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.core.invocation.Outcome;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.dispatch.ResponseStream;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class StreamedUrlTest {
    private static final String NULS = "\0".repeat(8);
    private static final Outcome SUCCESS = new Outcome.Succeeded(new byte[0]);

    private final UrlFloor floor;
    private final String id;

    StreamedUrlTest(@TempDir Path data) {
        this.floor = new UrlFloor(data, "limits.requestBytes=1000").withFunction("orders");
        this.id = floor.url("orders", "", ", \"InvokeMode\": \"RESPONSE_STREAM\"");
    }

    @AfterEach
    void close() {
        floor.close();
    }

    @Test
    void chunks_go_out_as_they_come() {
        CompletableFuture<ResponseStream> begun = new CompletableFuture<>();
        CompletableFuture<Context> loop = new CompletableFuture<>();
        Promise<Invoker.Answer> end = Promise.promise();
        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", Prelude.CONTENT_TYPE);
            stream.chunk(Buffer.buffer("{\"statusCode\": 206, \"headers\": {\"X-A\": \"b\"},"));
            stream.chunk(Buffer.buffer("\"cookies\": [\"c=d\"]}" + NULS.substring(3)));
            stream.chunk(Buffer.buffer(NULS.substring(5) + "first"));
            begun.complete(stream);
            loop.complete(Vertx.currentContext());
            return end.future();
        };
        try (RawHttp http = new RawHttp(floor.port)) {
            http.send("GET / HTTP/1.1\nHost: " + floor.host(id) + "\nConnection: close\n\n");
            StringBuilder seen = new StringBuilder();
            while (seen.indexOf("first") < 0) {
                seen.append(http.some(1000));
            }
            assertThat(seen.toString())
                    .startsWith("HTTP/1.1 206 ")
                    .containsIgnoringCase("x-a: b\r\n")
                    .containsIgnoringCase("set-cookie: c=d\r\n")
                    .doesNotContain("statusCode");

            loop.join().runOnContext(now -> {
                begun.join().chunk(Buffer.buffer("second"));
                end.complete(new Invoker.Answer(SUCCESS, "$LATEST"));
            });
            StringBuilder rest = new StringBuilder();
            while (rest.indexOf("0\r\n\r\n") < 0) {
                rest.append(http.some(1000));
            }
            assertThat(rest.toString()).contains("second");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            application/json         | {"statusCode": 418, "body": "x"}   | 418 application/json x
            application/json         | {"a": 1}                           | 200 application/json {"a":1}
            application/json         | {"statusCode": 1}                  | 502 application/json Internal Server Error
            application/octet-stream | {"statusCode": 418}                | 200 application/octet-stream {"statusCode": 418}
            text/event-stream        | data: x                            | 200 text/event-stream data: x
            application/vnd.awslambda.http-integration-response | no      | 502 application/json Internal Server Error
            """)
    void what_the_runtime_says_of_its_response_decides_how_it_is_read(String type, String chunk, String expected) {
        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", type);
            stream.chunk(Buffer.buffer(chunk));
            return ScriptedInvoker.ended(SUCCESS);
        };

        RawHttp.Answer answer = floor.ask(id, "GET /", "");

        assertThat(answer.status() + " " + String.join(",", answer.header("content-type")) + " " + answer.body())
                .isEqualTo(expected);
        assertThat(answer.isWhole()).isTrue();
    }

    @Test
    void one_that_answers_nothing_has_an_empty_body() {
        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", "text/plain");
            return ScriptedInvoker.ended(SUCCESS);
        };

        assertThat(floor.ask(id, "GET /", "").refusal()).isEqualTo("200  ");
    }

    @Test
    void a_whole_answer_that_is_larger_than_may_be_read_at_once_goes_out_as_it_is() {
        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", "application/json");
            stream.chunk(Buffer.buffer("[ " + "1, ".repeat(400)));
            stream.chunk(Buffer.buffer("2 ]"));
            return ScriptedInvoker.ended(SUCCESS);
        };

        assertThat(floor.ask(id, "GET /", "").refusal()).isEqualTo("200  [ " + "1, ".repeat(400) + "2 ]");
    }

    @Test
    void an_error_before_the_first_byte_is_told_and_one_after_it_breaks_the_connection() {
        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", Prelude.CONTENT_TYPE);
            stream.chunk(Buffer.buffer("{\"statusCode\": 200}"));
            return ScriptedInvoker.ended(ScriptedInvoker.error());
        };
        assertThat(floor.ask(id, "GET /", "").refusal()).isEqualTo("502  Internal Server Error");

        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", "text/plain");
            stream.chunk(Buffer.buffer("half"));
            return ScriptedInvoker.ended(ScriptedInvoker.error());
        };
        RawHttp.Answer broken = floor.ask(id, "GET /", "");
        assertThat(broken.status()).isEqualTo(200);
        assertThat(broken.body()).isEqualTo("half");
        assertThat(broken.isWhole()).isFalse();

        floor.invoker.streaming = stream -> Future.failedFuture(new IllegalStateException("before"));
        assertThat(floor.ask(id, "GET /", "").status()).isEqualTo(500);
    }

    @Test
    void a_type_that_no_header_can_hold_never_reaches_the_wire() {
        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", "text/plain\r\nSet-Cookie: evil=1");
            stream.chunk(Buffer.buffer("body"));
            return ScriptedInvoker.ended(SUCCESS);
        };

        RawHttp.Answer answer = floor.ask(id, "GET /", "");

        assertThat(answer.refusal()).isEqualTo("502  Internal Server Error");
        assertThat(answer.headers()).noneMatch(line -> line.contains("evil"));
    }

    @Test
    void HEAD_gets_the_head_of_a_stream() {
        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", "text/plain");
            stream.chunk(Buffer.buffer("body"));
            return ScriptedInvoker.ended(SUCCESS);
        };

        RawHttp.Answer answer = floor.ask(id, "HEAD /", "");

        assertThat(answer.refusal()).isEqualTo("200  ");
        assertThat(answer.header("content-type")).containsExactly("text/plain");
    }

    @Test
    void a_function_waits_for_a_slow_caller_who_gets_all_of_it_in_the_end() {
        Promise<Invoker.Answer> end = Promise.promise();
        AtomicInteger sent = new AtomicInteger();
        CompletableFuture<Void> full = new CompletableFuture<>();
        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", "text/plain");
            send(stream, sent, full, end);
            return end.future();
        };
        try (RawHttp http = new RawHttp(floor.port)) {
            http.send("GET / HTTP/1.1\nHost: " + floor.host(id) + "\nConnection: close\n\n");
            full.join();
            assertThat(sent).hasValueLessThan(40);

            RawHttp.Answer answer = http.answer(false);

            assertThat(answer.isWhole()).isTrue();
            assertThat(answer.body()).hasSize(40 * 1024 * 1024);
        }
    }

    private static void send(
            ResponseStream stream, AtomicInteger sent, CompletableFuture<Void> full, Promise<Invoker.Answer> end) {
        while (sent.get() < 40 && !stream.isFull()) {
            stream.chunk(Buffer.buffer("x".repeat(1024 * 1024)));
            sent.incrementAndGet();
        }
        if (sent.get() < 40) {
            full.complete(null);
            stream.whenDrained(() -> send(stream, sent, full, end));
        } else {
            end.complete(new Invoker.Answer(SUCCESS, "$LATEST"));
        }
    }

    @Test
    void a_caller_who_goes_away_ends_the_waiting() {
        CompletableFuture<Boolean> gone = new CompletableFuture<>();
        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", "text/plain");
            while (!stream.isFull()) {
                stream.chunk(Buffer.buffer(new byte[1024 * 1024]));
            }
            stream.whenDrained(() -> gone.complete(stream.isGone()));
            return Promise.<Invoker.Answer>promise().future();
        };
        try (RawHttp http = new RawHttp(floor.port)) {
            http.send("GET / HTTP/1.1\nHost: " + floor.host(id) + "\n\n");
            http.some(1);
        }
        assertThat(gone.join()).isTrue();
    }

    @Test
    void a_caller_who_does_not_take_the_response_is_cut_off_before_it_fills_the_memory() {
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        floor.invoker.streaming = stream -> {
            stream.begin("$LATEST", "text/plain");
            Buffer chunk = Buffer.buffer(new byte[1024 * 1024]);
            for (int sent = 0; sent < 150; sent++) {
                stream.chunk(chunk);
            }
            taken.complete(150);
            return ScriptedInvoker.ended(SUCCESS);
        };
        try (RawHttp http = new RawHttp(floor.port)) {
            http.send("GET / HTTP/1.1\nHost: " + floor.host(id) + "\nConnection: close\n\n");
            taken.join();
            RawHttp.Answer answer = http.answer(false);
            assertThat(answer.isWhole()).isFalse();
            assertThat(answer.body().length()).isLessThan(80 * 1024 * 1024);
        }
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        floor.api("GET", "/_millrace/health", "").status())
                .isEqualTo(200));
    }
}
