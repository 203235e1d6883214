package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class LogsVerbsIT {
    private static final String TALKER =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;

            public final class Talker implements RequestHandler<String, String> {
                @Override
                public String handleRequest(String word, Context context) {
                    System.out.println("heard " + word);
                    if (word.equals("fail")) {
                        throw new IllegalStateException("as it was told");
                    }
                    if (word.equals("hang")) {
                        try {
                            new java.util.concurrent.CountDownLatch(1).await();
                        } catch (InterruptedException stop) {
                            throw new IllegalStateException(stop);
                        }
                    }
                    return word;
                }
            }
            """;

    @TempDir
    static Path data;

    @TempDir
    static Path directory;

    private static CliProcess server;
    private static Front front;

    /** An address that stays when the server behind it is another. */
    private static final class Front implements AutoCloseable {
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final HttpClient client = HttpClient.newHttpClient();
        private final HttpServer door;
        private volatile URI behind;

        Front(String url) throws IOException {
            behind = URI.create(url);
            door = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            door.setExecutor(threads);
            door.createContext("/", this::pass);
            door.start();
        }

        String url() {
            return "http://127.0.0.1:" + door.getAddress().getPort();
        }

        private void pass(HttpExchange asked) throws IOException {
            HttpRequest request = HttpRequest.newBuilder(
                            behind.resolve(asked.getRequestURI().toString()))
                    .build();
            try (asked) {
                HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
                asked.sendResponseHeaders(answer.statusCode(), answer.body().length);
                asked.getResponseBody().write(answer.body());
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            door.stop(0);
            threads.shutdownNow();
        }
    }

    @BeforeAll
    static void start() throws IOException {
        server = CliProcess.server(data);
        front = new Front(server.listens("http"));
        Path jar = FunctionJar.of(directory, "Talker", TALKER);
        done("function", "create", "talker", "--jar", jar, "--handler", "Talker");
        done("function", "create", "failing", "--jar", jar, "--handler", "Talker");
        done("function", "create", "held", "--jar", jar, "--handler", "Talker", "--reserved", 1, "--timeout", 900);
    }

    @AfterAll
    static void stop() {
        front.close();
        server.close();
    }

    @Test
    void whoever_follows_sees_each_line_once_although_the_server_is_killed_and_started_again() {
        try (CliProcess follower = CliProcess.start("logs", "talker", "--follow", "--server", front.url())) {
            done("invoke", "talker", "\"first\"");
            follower.awaitOutput("heard first");
            follower.awaitOutput("(?s)heard first.*REPORT RequestId");

            server.kill();
            server = CliProcess.server(data);
            front.behind = URI.create(server.listens("http"));
            done("invoke", "talker", "\"second\"");
            follower.awaitOutput("(?s)heard second.*REPORT RequestId");

            List<String> shown =
                    follower.out().lines().map(line -> line.substring(34)).toList();
            assertThat(shown).containsOnlyOnce("heard first", "heard second");
            assertThat(shown.stream().filter(line -> line.startsWith("START ")))
                    .hasSize(2)
                    .doesNotHaveDuplicates();
            assertThat(shown.stream().filter(line -> line.startsWith("REPORT ")))
                    .hasSize(2);
        }

        String id = firstId(done("logs", "talker"), "heard first");
        assertThat(done("logs", "talker", "--json").lines()).anySatisfy(line -> assertThat(line)
                .contains("\"requestId\":\"" + id, "\"stream\":\"function\"", "\"text\":\"heard first\""));
        assertThat(done("logs", "talker", "--limit", 1).lines()).hasSize(1);
        assertThat(done("logs", "talker", "--since", "1h")).contains("heard first", "heard second");
    }

    /** The beginning of a request id. */
    private static String firstId(String shown, String text) {
        Matcher line = Pattern.compile("(?m)^\\S+ (\\S{8}) " + text + "$").matcher(shown);
        assertThat(line.find()).as(shown).isTrue();
        return line.group(1);
    }

    @Test
    void a_waiting_event_says_what_it_waits_for() {
        String failed = done("invoke", "failing", "\"fail\"", "--async");
        eventually("Delayed: attempt 1 failed at 2", "failing", "--request-id", failed); // For a minute.
        assertThat(done("why", "failing", "--request-id", failed)).contains("it is to run again; until 2");
        assertThat(done("why", "failing", "--json")).contains("\"delayed\":1", "\"reason\":\"Delayed\"");
        String running = done("invoke", "held", "\"hang\"", "--async");
        eventually("Running: it runs", "held", "--request-id", running);
        String waiting = done("invoke", "held", "\"hang\"", "--async");

        eventually("Waiting (NoPermit): ", "held", "--request-id", waiting);
        assertThat(done("why", "held", "--request-id", waiting)).contains("reserved concurrency 1 is used up");
        assertThat(done("why", "held"))
                .startsWith("held is Active: 1 waiting, 0 delayed, 1 running")
                .contains("NoPermit");
        assertThat(done("why", "failing", "--request-id", UUID.randomUUID()))
                .isEqualTo("NotFound: not found: it is not waiting; it has ended, or was never accepted");
        assertThat(verb("why", "nobody").err()).contains("Function not found");
    }

    private static void eventually(String beginning, Object... arguments) {
        List<Object> words = new ArrayList<>(List.of("why"));
        words.addAll(List.of(arguments));
        await().atMost(CliProcess.PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(done(words.toArray())).startsWith(beginning));
    }

    @Test
    void a_function_that_is_unknown_and_a_parameter_that_is_wrong_are_told() {
        CliCall unknown = verb("logs", "nobody");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody");

        CliCall wrong = verb("logs", "talker", "--since", "yesterday");
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).contains("since is 'yesterday', expected a time such as");
    }

    private static CliCall verb(Object... arguments) {
        List<Object> words = new ArrayList<>(List.of(arguments));
        words.add("--server");
        words.add(server.listens("http"));
        return CliCall.run(words.toArray());
    }

    private static String done(Object... arguments) {
        CliCall result = verb(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.out().strip();
    }
}
