package io.millrace.console;

import static io.millrace.console.ConsoleServer.header;
import static io.millrace.console.ConsoleServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with access keys, and browsers that sign in. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields before anything runs
class SessionTest {
    private static final String SESSION = "/_millrace/session";
    private static final String FUNCTIONS = "/2015-03-31/functions/";

    private static ConsoleServer server;
    private static JsonNode admin;
    private static JsonNode reader;

    @BeforeAll
    static void start(@TempDir Path data) {
        server = ConsoleServer.start(data);
        server.millrace().deploy("orders", new Shout());
        admin = server.createKey("ada", "admin");
        reader = server.createKey("rita", "reader", "X-Millrace-Console", "1", "Cookie", cookie(signIn(admin)));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> signIn(JsonNode key) {
        return signIn(
                key.path("AccessKeyId").asText(), key.path("SecretAccessKey").asText());
    }

    private static HttpResponse<String> signIn(String id, String secret) {
        String body = "{\"accessKeyId\":\"" + id + "\",\"secretAccessKey\":\"" + secret + "\"}";
        return server.send(
                "POST",
                SESSION,
                body,
                "X-Millrace-Console",
                "1",
                "Origin",
                server.url().toString());
    }

    private static String cookie(HttpResponse<String> signedIn) {
        return header(signedIn, "Set-Cookie").split(";", 2)[0];
    }

    /** As the console's page sends it. */
    private static HttpResponse<String> asConsole(String cookie, String method, String path, String body) {
        return server.send(
                method,
                path,
                body,
                "X-Millrace-Console",
                "1",
                "Sec-Fetch-Site",
                "same-origin",
                "Origin",
                server.url().toString(),
                "Cookie",
                cookie);
    }

    @Test
    void who_did_not_sign_in_gets_the_pages_but_nothing_that_they_show() {
        assertThat(server.get("/").statusCode()).isEqualTo(200);
        assertThat(List.of(FUNCTIONS, "/_millrace/stats", "/_millrace/queues"))
                .allSatisfy(path -> assertThat(header(server.get(path), "x-amzn-ErrorType"))
                        .isEqualTo("MissingAuthenticationTokenException"));
        JsonNode session = json(server.get(SESSION));
        assertThat(session.path("keysRequired").asBoolean()).isTrue();
        assertThat(session.path("signedIn").asBoolean()).isFalse();
    }

    @Test
    void the_session_of_a_key_does_what_the_key_may_by_a_cookie_that_scripts_and_other_sites_do_not_have() {
        // When
        HttpResponse<String> signedIn = signIn(admin);
        // Then
        assertThat(signedIn.statusCode()).isEqualTo(200);
        assertThat(header(signedIn, "Set-Cookie"))
                .contains("HTTPOnly", "SameSite=Strict", "Path=/")
                .doesNotContain("Domain", "Secure");
        assertThat(json(signedIn).path("user").asText()).isEqualTo("ada");
        assertThat(signedIn.body()).doesNotContain(admin.path("SecretAccessKey").asText());
        String cookie = cookie(signedIn);
        assertThat(asConsole(cookie, "GET", FUNCTIONS, "").body()).contains("orders");
        assertThat(asConsole(cookie, "GET", "/_millrace/queues", "").statusCode())
                .isEqualTo(200);
        assertThat(asConsole(cookie, "POST", FUNCTIONS + "orders/invocations", "\"hi\"")
                        .body())
                .isEqualTo("\"hi\"");
        assertThat(asConsole(cookie, "POST", "/_millrace/probe/x", "y").body()).isEqualTo("x - ada y");
    }

    @Test
    void a_cookie_behind_TLS_is_for_TLS_only() {
        HttpResponse<String> signedIn = server.send(
                "POST",
                SESSION,
                "{\"accessKeyId\":\"" + admin.path("AccessKeyId").asText() + "\",\"secretAccessKey\":\""
                        + admin.path("SecretAccessKey").asText() + "\"}",
                "X-Millrace-Console",
                "1",
                "X-Forwarded-Proto",
                "https",
                "Origin",
                "https://" + server.url().getAuthority());
        assertThat(signedIn.statusCode()).isEqualTo(200);
        assertThat(header(signedIn, "Set-Cookie")).contains("Secure");
    }

    @Test
    void a_role_holds_in_a_session_too() {
        // Given
        String cookie = cookie(signIn(reader));
        // When
        HttpResponse<String> reading = asConsole(cookie, "GET", "/_millrace/queues", "");
        HttpResponse<String> changing = asConsole(cookie, "DELETE", FUNCTIONS + "orders", "");
        HttpResponse<String> more = asConsole(cookie, "POST", "/_millrace/probe/more", "");
        // Then
        assertThat(reading.statusCode()).isEqualTo(200);
        assertThat(changing.statusCode()).isEqualTo(403);
        assertThat(changing.body()).contains("not authorized to perform: lambda:DeleteFunction");
        assertThat(more.body()).contains("not authorized to perform: millrace:ChangeProbe");
    }

    @Test
    void a_cookie_alone_admits_nobody() {
        // Given
        String cookie = cookie(signIn(admin));
        String own = server.url().toString();
        // Then
        assertThat(List.of(
                        server.send("DELETE", FUNCTIONS + "orders", "", "Cookie", cookie),
                        server.get(FUNCTIONS, "Cookie", cookie, "Origin", own),
                        server.get(
                                FUNCTIONS, "Cookie", cookie, "X-Millrace-Console", "1", "Sec-Fetch-Site", "same-site"),
                        server.get(FUNCTIONS, "Cookie", cookie, "X-Millrace-Console", "1", "Sec-Fetch-Site", "none"),
                        server.get(
                                FUNCTIONS,
                                "Cookie",
                                cookie,
                                "X-Millrace-Console",
                                "1",
                                "Origin",
                                "http://localhost:" + (server.url().getPort() + 1)),
                        server.get(FUNCTIONS, "Cookie", cookie, "X-Millrace-Console", "1", "Origin", "null"),
                        server.send("DELETE", SESSION, "", "Cookie", cookie)))
                .allSatisfy(answer -> {
                    assertThat(answer.statusCode()).isEqualTo(403);
                    assertThat(answer.body()).contains("for this server's console only");
                });
        assertThat(asConsole(cookie, "GET", FUNCTIONS, "").statusCode()).isEqualTo(200);
    }

    @Test
    void nobody_is_signed_in_by_a_page_of_elsewhere() {
        String body = "{\"accessKeyId\":\"" + admin.path("AccessKeyId").asText() + "\",\"secretAccessKey\":\""
                + admin.path("SecretAccessKey").asText() + "\"}";
        assertThat(List.of(
                        server.send("POST", SESSION, body),
                        server.send(
                                "POST", SESSION, body, "X-Millrace-Console", "1", "Origin", "https://evil.example")))
                .allSatisfy(answer -> {
                    assertThat(answer.statusCode()).isEqualTo(403);
                    assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
                });
    }

    @Test
    void signing_out_ends_the_session() {
        // Given
        String cookie = cookie(signIn(admin));
        // When
        HttpResponse<String> out = asConsole(cookie, "DELETE", SESSION, "");
        // Then
        assertThat(out.statusCode()).isEqualTo(204);
        assertThat(header(out, "Set-Cookie")).contains("Max-Age=0");
        HttpResponse<String> after = asConsole(cookie, "GET", FUNCTIONS, "");
        assertThat(header(after, "x-amzn-ErrorType")).isEqualTo("ExpiredTokenException");
        assertThat(json(asConsole(cookie, "GET", SESSION, "")).path("signedIn").asBoolean(true))
                .isFalse();
    }

    @Test
    void a_session_ends_with_its_key() {
        // Given
        String of = cookie(signIn(admin));
        JsonNode leaving = json(asConsole(of, "POST", "/_millrace/keys", "{\"User\":\"lee\",\"Role\":\"reader\"}"));
        String cookie = cookie(signIn(leaving));
        assertThat(asConsole(cookie, "GET", FUNCTIONS, "").statusCode()).isEqualTo(200);
        // When
        asConsole(of, "DELETE", "/_millrace/keys/" + leaving.path("AccessKeyId").asText(), "");
        // Then
        assertThat(asConsole(cookie, "GET", FUNCTIONS, "").statusCode()).isEqualTo(403);
    }

    @Test
    void a_wrong_key_and_a_wrong_secret_get_the_same_answer() {
        HttpResponse<String> noKey = signIn("AKIAAAAAAAAAAAAAAAAA", "0".repeat(40));
        HttpResponse<String> noSecret = signIn(admin.path("AccessKeyId").asText(), "0".repeat(40));
        assertThat(noKey.statusCode()).isEqualTo(403);
        assertThat(noKey.body()).isEqualTo(noSecret.body()).contains("no such access key, or its secret is another");
        assertThat(noKey.headers().firstValue("Set-Cookie")).isEmpty();
        signIn(admin); // What was right forgets what was wrong before, for the tests beside this one.
    }
}
