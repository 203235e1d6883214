package io.millrace.console;

import static io.millrace.console.ConsoleServer.header;
import static io.millrace.console.ConsoleServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server without access keys answers; the pages themselves are tried in ConsoleIT. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before anything runs
class ConsoleDoorTest {
    private static final String[] CONSOLE = {"X-Millrace-Console", "1"};

    private static ConsoleServer server;

    @BeforeAll
    static void start(@TempDir Path data) {
        server = ConsoleServer.start(data);
        server.millrace().deploy("orders", new Shout());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void the_page_is_at_the_root_and_allows_nothing_of_elsewhere_and_nothing_inline() {
        // When
        HttpResponse<String> page = server.get("/");
        // Then
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(header(page, "Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(header(page, "Content-Security-Policy"))
                .contains("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'")
                .doesNotContain("unsafe", "http:", "https:");
        assertThat(header(page, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(page.body()).contains("<title>Millrace</title>").doesNotContain("style=", "onclick=", "http://");
    }

    @Test
    void every_file_that_another_names_is_there_with_its_type() {
        // Given
        Pattern reference =
                Pattern.compile("(?:src|href)=\"(/console/[^\"]+)\"|from '(\\.[^']+)'|module: '(\\.[^']+)'");
        List<String> unread = new ArrayList<>(List.of("/console/index.html"));
        Set<String> seen = new HashSet<>(unread);
        // When
        while (!unread.isEmpty()) {
            String path = unread.remove(0);
            HttpResponse<String> file = server.get(path);
            // Then
            assertThat(file.statusCode()).as(path).isEqualTo(200);
            assertThat(header(file, "Content-Type")).as(path).isEqualTo(type(path));
            Matcher named = reference.matcher(file.body());
            while (named.find()) {
                String name = named.group(1) != null
                        ? named.group(1)
                        : URI.create(path)
                                .resolve(named.group(2) != null ? named.group(2) : named.group(3))
                                .toString();
                if (seen.add(name)) {
                    unread.add(name);
                }
            }
        }
        assertThat(seen)
                .contains("/console/app.css", "/console/api.js", "/console/pages/dead-letters.js")
                .hasSizeGreaterThan(12);
    }

    private static String type(String path) {
        String ending = path.substring(path.lastIndexOf('.') + 1);
        return Map.of(
                        "html", "text/html; charset=utf-8",
                        "css", "text/css; charset=utf-8",
                        "js", "text/javascript; charset=utf-8",
                        "svg", "image/svg+xml")
                .getOrDefault(ending, "none");
    }

    @Test
    void an_unchanged_file_is_not_sent_again_but_asked_for_each_time() {
        // Given
        HttpResponse<String> first = server.get("/console/app.js");
        // When
        HttpResponse<String> second = server.get("/console/app.js", "If-None-Match", header(first, "ETag"));
        HttpResponse<String> other = server.get("/console/app.js", "If-None-Match", "\"another\"");
        // Then
        assertThat(header(first, "Cache-Control")).isEqualTo("no-cache");
        assertThat(List.of(second.statusCode(), other.statusCode())).containsExactly(304, 200);
        assertThat(second.body()).isEmpty();
    }

    @Test
    void nothing_but_the_pages_files_is_handed_out() {
        assertThat(List.of(
                        "/console/nothing.js",
                        "/console/..%2fMETA-INF/MANIFEST.MF",
                        "/console/%2e%2e/logback-test.xml",
                        "/console/io/millrace/console/ConsoleDoor.class",
                        "/console//etc/passwd",
                        "/console/pages"))
                .allSatisfy(path -> assertThat(server.get(path).statusCode()).isEqualTo(404));
    }

    @Test
    void the_paths_of_the_Lambda_API_and_of_the_platform_stay_theirs() {
        assertThat(server.get("/2015-03-31/functions/").body()).contains("\"FunctionName\":\"orders\"");
        assertThat(server.get("/_millrace/health").body()).contains("connected");
        HttpResponse<String> unknown = server.get("/nothing");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(header(unknown, "Content-Type")).isEqualTo("application/json");
        assertThat(server.send("POST", "/", "Action=ListTopics", "Content-Type", "application/x-www-form-urlencoded")
                        .body())
                .contains("ListTopicsResponse");
    }

    @Test
    void queues_are_told_with_what_they_are_for_and_internal_ones_when_asked_for() {
        // When
        JsonNode shown = json(server.get("/_millrace/queues"));
        JsonNode all = json(server.get("/_millrace/queues?all=true"));
        JsonNode one = json(server.get("/_millrace/queues?name=dlq.&limit=1"));
        // Then
        assertThat(kinds(shown))
                .containsEntry("invoke.orders", "events")
                .containsEntry("dlq.orders", "dead-letters")
                .containsEntry("expired.orders", "expired")
                .doesNotContainKey("call.orders");
        assertThat(kinds(all)).containsEntry("call.orders", "internal");
        assertThat(all.path("total").asInt())
                .isEqualTo(shown.path("total").asInt() + shown.path("hidden").asInt());
        assertThat(kinds(one)).containsOnlyKeys("dlq.orders");
        assertThat(server.get("/_millrace/queues?limit=0").statusCode()).isEqualTo(400);
        assertThat(server.get("/_millrace/queues?limit=many").body()).contains("limit is 'many', expected 1 to 5000");
    }

    private static Map<String, String> kinds(JsonNode answer) {
        return StreamSupport.stream(answer.path("queues").spliterator(), false)
                .collect(Collectors.toMap(
                        queue -> queue.path("name").asText(),
                        queue -> queue.path("kind").asText(),
                        (one, other) -> one));
    }

    @Test
    void a_door_of_another_jar_gets_what_it_asks_for_and_its_refusals_are_rendered() {
        // When
        HttpResponse<String> asked = server.send("POST", "/_millrace/probe/a%20b?q=%3Cq%3E", "body");
        HttpResponse<String> refused = server.send("POST", "/_millrace/probe/refuse", "");
        HttpResponse<String> tooLarge = server.send("POST", "/_millrace/probe/x", "12345678901");
        HttpResponse<String> written = server.send("POST", "/_millrace/probe/write", "");
        // Then
        assertThat(asked.body()).isEqualTo("a b <q> nobody body");
        assertThat(header(asked, "Cache-Control")).isEqualTo("no-store");
        assertThat(header(asked, "Content-Security-Policy")).contains("sandbox");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("not now");
        assertThat(header(refused, "x-amzn-ErrorType")).isEqualTo("ResourceConflictException");
        assertThat(tooLarge.statusCode()).isEqualTo(413);
        assertThat(written.statusCode() + written.body()).isEqualTo("201by itself");
    }

    @Test
    void a_page_of_elsewhere_may_neither_read_nor_change_anything() {
        assertThat(List.of(
                        server.send("POST", "/_millrace/probe/x", "", "Origin", "https://evil.example"),
                        server.get("/_millrace/queues", "Sec-Fetch-Site", "cross-site"),
                        server.send("DELETE", "/2015-03-31/functions/orders", "", "Origin", "https://evil.example")))
                .allSatisfy(answer -> {
                    assertThat(answer.statusCode()).isEqualTo(403);
                    assertThat(answer.body()).contains("may not use this server");
                });
        assertThat(server.send(
                                "POST",
                                "/_millrace/probe/x",
                                "",
                                "Origin",
                                server.url().toString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_page_that_made_its_own_name_point_here_is_told_nothing() throws IOException {
        assertThat(asBrowser("evil.example:" + server.url().getPort())).startsWith("HTTP/1.1 403");
        assertThat(asBrowser("127.0.0.1:" + server.url().getPort())).startsWith("HTTP/1.1 200");
        assertThat(asBrowser("localhost:" + server.url().getPort())).startsWith("HTTP/1.1 200");
    }

    private static String asBrowser(String host) throws IOException {
        try (Socket socket = new Socket(server.url().getHost(), server.url().getPort())) {
            socket.getOutputStream()
                    .write(("GET /_millrace/stats HTTP/1.1\r\nHost: " + host
                                    + "\r\nUser-Agent: Mozilla/5.0 (X11)\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void nobody_has_to_sign_in() {
        assertThat(json(server.get("/_millrace/session", CONSOLE))
                        .path("keysRequired")
                        .asBoolean(true))
                .isFalse();
    }
}
