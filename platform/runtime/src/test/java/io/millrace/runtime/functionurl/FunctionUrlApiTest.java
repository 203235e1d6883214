package io.millrace.runtime.functionurl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.broker.connection.BrokerUnavailableException;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.ThrottleReason;
import io.millrace.runtime.access.UrlCaller;
import io.millrace.runtime.dispatch.Invoker;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class FunctionUrlApiTest {
    private static final String FORBIDDEN = "403 AccessDeniedException {\"Message\":\"Forbidden. For troubleshooting"
            + " Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html\"}";

    private final UrlFloor floor;

    FunctionUrlApiTest(@TempDir Path data) {
        this.floor = new UrlFloor(
                        data,
                        "routes=/shop=orders:live,/gone=none,api.example.org=orders,api.example.org/v2=orders:live",
                        "limits.requestBytes=100000")
                .withFunction("orders")
                .withAlias("orders", "live");
    }

    @AfterEach
    void close() {
        floor.close();
    }

    @Test
    void a_request_to_the_host_of_a_url_becomes_an_event_and_its_result_a_response() {
        String id = floor.url("orders", "", "");
        floor.invoker.answer = ScriptedInvoker.succeeded(
                "{\"statusCode\": 201, \"headers\": {\"X-A\": \"b\"}, \"cookies\": [\"c=d\", \"e=f\"], \"body\": \"ok\"}");

        RawHttp.Answer answer = floor.ask(
                id,
                "POST /a//../b%2Fc%00%zz?x=1&x=2\nContent-Type: text/plain\nX-M: 1\nx-m: 2\nCookie: k=l; m=n",
                "hi");

        assertThat(answer.refusal()).isEqualTo("201  ok");
        assertThat(answer.header("x-a")).containsExactly("b");
        assertThat(answer.header("Set-Cookie")).containsExactly("c=d", "e=f");
        assertThat(answer.header("content-type")).containsExactly("application/json");
        JsonNode event = floor.event();
        assertThat(event.get("rawPath").asText()).isEqualTo("/a//../b%2Fc%00%zz");
        assertThat(event.get("rawQueryString").asText()).isEqualTo("x=1&x=2");
        assertThat(event.at("/headers/x-m").asText()).isEqualTo("1,2");
        assertThat(event.at("/headers/host").asText()).isEqualTo(floor.host(id));
        assertThat(event.get("cookies").toString()).isEqualTo("[\"k=l\",\"m=n\"]");
        assertThat(event.get("body").asText()).isEqualTo("hi");
        assertThat(event.at("/requestContext/apiId").asText()).isEqualTo(id);
        assertThat(event.at("/requestContext/domainName").asText()).isEqualTo(id + ".lambda-url.us-east-1.localhost");
        assertThat(event.at("/requestContext/http/sourceIp").asText()).isEqualTo("127.0.0.1");
        assertThat(event.at("/requestContext/time").asText()).isEqualTo("20/Nov/2026:12:00:00 +0000");
        assertThat(event.at("/requestContext/requestId").asText())
                .isEqualTo(answer.header("x-amzn-requestid").get(0));
        assertThat(event.at("/headers/x-amzn-trace-id").asText())
                .matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24}")
                .isEqualTo(answer.header("x-amzn-trace-id").get(0));
        assertThat(event.at("/headers/x-forwarded-port").asText()).isEqualTo(String.valueOf(floor.port));
        assertThat(floor.called()).isEqualTo(UrlFloor.arn("orders"));
    }

    @Test
    void a_url_also_has_a_path_and_that_of_an_alias_calls_the_alias() {
        String id = floor.url("orders", "live", "");

        RawHttp.Answer answer = floor.api("GET", "/_url/" + id + "/x/%2e%2e?q", "");

        assertThat(answer.refusal()).isEqualTo("200  null");
        assertThat(floor.event().get("rawPath").asText()).isEqualTo("/x/%2e%2e");
        assertThat(floor.event().at("/requestContext/domainPrefix").asText()).isEqualTo(id);
        assertThat(floor.event().at("/requestContext/domainName").asText()).isEqualTo("localhost");
        assertThat(floor.called()).isEqualTo(UrlFloor.arn("orders").withQualifier("live"));
    }

    @Test
    void a_page_at_the_address_of_the_console_gets_nothing_of_the_sessions_that_there_may_be() {
        String id = floor.url("orders", "", "");
        assertThat(floor.api("GET", "/_url/" + id + "/", "").header("content-security-policy"))
                .isEmpty();

        floor.sessions = true;

        assertThat(floor.api("GET", "/_url/" + id + "/", "").header("content-security-policy"))
                .singleElement(STRING)
                .startsWith("sandbox ")
                .doesNotContain("allow-same-origin");
        assertThat(floor.ask(id, "GET /", "").header("content-security-policy")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"})
    void every_method_reaches_the_function(String method) {
        String id = floor.url("orders", "", "");

        assertThat(floor.ask(id, method + " /", "").refusal()).isEqualTo("200  null");
        assertThat(floor.event().at("/requestContext/http/method").asText()).isEqualTo(method);
    }

    @Test
    void an_answer_to_HEAD_and_one_without_content_have_no_body() {
        String id = floor.url("orders", "", "");
        floor.invoker.answer = ScriptedInvoker.succeeded("\"12345\"");
        RawHttp.Answer head = floor.ask(id, "HEAD /", "");
        floor.invoker.answer = ScriptedInvoker.succeeded("{\"statusCode\": 204, \"body\": \"12345\"}");
        RawHttp.Answer nothing = floor.ask(id, "GET /", "");

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.header("content-length")).containsExactly("5");
        assertThat(nothing.refusal()).isEqualTo("204  ");
    }

    @Test
    void what_comes_to_a_host_of_functions_never_reaches_the_Lambda_API() {
        for (String host : new String[] {"none", "", "a".repeat(32)}) {
            for (String path : new String[] {"/2015-03-31/functions", "/_millrace/health", "/"}) {
                assertThat(floor.ask(host, "GET " + path, "").refusal())
                        .isEqualTo("403 AccessDeniedException {\"Message\":null}");
            }
        }
        assertThat(floor.api("GET", "/_url/none/2015-03-31/functions", "").refusal())
                .isEqualTo("403 AccessDeniedException {\"Message\":null}");
        String id = floor.url("orders", "", "");
        assertThat(floor.ask(id, "GET /2015-03-31/functions", "").refusal()).isEqualTo("200  null");
        assertThat(floor.ask(id.toUpperCase(Locale.ROOT), "GET /_millrace/health", "")
                        .refusal())
                .isEqualTo("200  null");
        assertThat(floor.invoker.called).hasSize(2);
        assertThat(floor.api("GET", "/2015-03-31/functions", "").body()).startsWith("{\"Functions\":[");
    }

    @Test
    void a_url_without_its_alias_stays_but_answers_nobody_until_the_alias_is_back() {
        String id = floor.url("orders", "live", "");
        floor.api("DELETE", "/2015-03-31/functions/orders/aliases/live", "");

        assertThat(floor.ask(id, "GET /", "").refusal()).isEqualTo(FORBIDDEN);
        floor.withAlias("orders", "live");
        assertThat(floor.ask(id, "GET /", "").status()).isEqualTo(200);

        floor.api("DELETE", "/2021-10-31/functions/orders/url?Qualifier=live", "");
        assertThat(floor.ask(id, "GET /", "").refusal()).isEqualTo("403 AccessDeniedException {\"Message\":null}");
    }

    @Test
    void access_decides_who_is_let_in_and_is_told_of_the_whole_request() {
        String id = floor.url("orders", "live", "");
        floor.api("PUT", "/2021-10-31/functions/orders/url?Qualifier=live", "{\"AuthType\": \"AWS_IAM\"}");
        UrlCaller caller = new UrlCaller("AKIA1", "123456789012", "arn:aws:iam::123456789012:user/a");
        floor.access = (request, body, function, byIam) -> byIam
                        && body.length == 2
                        && function.equals(UrlFloor.arn("orders").withQualifier("live"))
                        && "right".equals(request.getHeader("Authorization"))
                ? Optional.of(caller)
                : Optional.empty();

        assertThat(floor.ask(id, "POST /\nAuthorization: wrong", "{}").refusal())
                .isEqualTo(FORBIDDEN);
        assertThat(floor.invoker.called).isEmpty();
        assertThat(floor.ask(id, "POST /\nAuthorization: right", "{}").status()).isEqualTo(200);
        assertThat(floor.event().at("/requestContext/accountId").asText()).isEqualTo("123456789012");
        assertThat(floor.event().at("/requestContext/authorizer/iam/userArn").asText())
                .isEqualTo(caller.userArn());
    }

    @Test
    void what_goes_wrong_behind_the_door_is_told_in_the_way_of_urls() {
        String id = floor.url("orders", "", "");

        assertThat(answering(id, ScriptedInvoker.ended(ScriptedInvoker.error())))
                .isEqualTo("502  Internal Server Error");
        assertThat(answering(
                        id,
                        ScriptedInvoker.ended(new Outcome.Throttled(
                                ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED))))
                .isEqualTo("429 TooManyRequestsException {\"Message\":\"Rate Exceeded.\"}");
        assertThat(answering(id, Future.failedFuture(new BrokerUnavailableException("away", new Throwable()))))
                .isEqualTo("503 ServiceUnavailableException {\"Message\":\"Service Unavailable\"}");
        assertThat(answering(id, Future.failedFuture(new TimeoutException()))).startsWith("504 ServiceException");
        assertThat(answering(id, Future.failedFuture(new IllegalStateException("secret"))))
                .startsWith("500 ServiceException")
                .doesNotContain("secret");
        assertThat(answering(id, ScriptedInvoker.succeeded("no json"))).isEqualTo("502  Internal Server Error");
    }

    private String answering(String id, Future<Invoker.Answer> answer) {
        floor.invoker.answer = answer;
        return floor.ask(id, "GET /", "").refusal();
    }

    @Test
    void a_header_that_would_break_out_never_reaches_the_wire() {
        String id = floor.url("orders", "", "");
        for (String member : new String[] {
            "\"headers\": {\"a\": \"b\\r\\nSet-Cookie: evil=1\"}",
            "\"headers\": {\"a\\r\\nSet-Cookie: evil\": \"1\"}",
            "\"cookies\": [\"b\\nSet-Cookie: evil=1\"]",
            "\"headers\": {\"a\": \"evil\\u0000\"}"
        }) {
            floor.invoker.answer = ScriptedInvoker.succeeded("{\"statusCode\": 200, " + member + "}");

            RawHttp.Answer answer = floor.ask(id, "GET /", "");

            assertThat(answer.refusal()).as(member).isEqualTo("502  Internal Server Error");
            assertThat(answer.headers()).noneMatch(line -> line.contains("evil"));
        }
    }

    @Test
    void a_body_up_to_the_limit_comes_through_and_a_larger_one_is_refused_while_it_streams_in() {
        String id = floor.url("orders", "", "");

        assertThat(floor.ask(id, "POST /\nContent-Type: text/plain", "x".repeat(100_000))
                        .status())
                .isEqualTo(200);
        assertThat(floor.event().get("body").asText()).hasSize(100_000);
        assertThat(floor.ask(id, "POST /", "x".repeat(100_001)).refusal())
                .isEqualTo("413 RequestEntityTooLargeException"
                        + " {\"Message\":\"Request must be smaller than 100000 bytes\"}");
        try (RawHttp http = new RawHttp(floor.port)) {
            String head = "POST / HTTP/1.1\nHost: " + floor.host(id) + "\nContent-Length: 999999999999\n\n";
            http.send(head + "x".repeat(200_000)); // At once: the connection ends soon after the answer.
            assertThat(http.answer(false).status()).isEqualTo(413);
        }
        assertThat(floor.invoker.called).hasSize(1);
    }

    @Test
    void half_a_request_calls_nothing_and_a_slow_one_waits_for_its_rest() {
        String id = floor.url("orders", "", "");
        String head = "POST / HTTP/1.1\nHost: " + floor.host(id)
                + "\nContent-Type: text/plain\nConnection: close\nContent-Length: 6\n\n";
        try (RawHttp broken = new RawHttp(floor.port)) {
            broken.send(head).send("abc");
        }
        try (RawHttp slow = new RawHttp(floor.port)) {
            slow.send(head).send("abc");
            assertThat(floor.ask(id, "GET /", "").status()).isEqualTo(200);
            slow.send("def");
            assertThat(slow.answer(false).refusal()).isEqualTo("200  null");
        }
        assertThat(floor.invoker.called).hasSize(2);
        assertThat(floor.event().get("body").asText()).isEqualTo("abcdef");
    }

    @Test
    void a_preflight_is_answered_without_the_function_and_configured_cors_wins() {
        String id = floor.url(
                "orders",
                "",
                ", \"Cors\": {\"AllowOrigins\": [\"https://a.org\"], \"AllowMethods\": [\"GET\", \"PUT\"],"
                        + " \"AllowHeaders\": [\"x-a\"], \"ExposeHeaders\": [\"x-e\"], \"AllowCredentials\": true,"
                        + " \"MaxAge\": 7}");
        RawHttp.Answer preflight =
                floor.ask(id, "OPTIONS /\nOrigin: https://a.org\nAccess-Control-Request-Method: PUT", "");
        RawHttp.Answer foreign =
                floor.ask(id, "OPTIONS /\nOrigin: https://b.org\nAccess-Control-Request-Method: PUT", "");

        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.header("access-control-allow-origin")).containsExactly("https://a.org");
        assertThat(preflight.header("access-control-allow-methods")).containsExactly("GET,PUT");
        assertThat(preflight.header("access-control-allow-headers")).containsExactly("x-a");
        assertThat(preflight.header("access-control-allow-credentials")).containsExactly("true");
        assertThat(preflight.header("access-control-max-age")).containsExactly("7");
        assertThat(foreign.headers())
                .noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("access-"));
        assertThat(floor.invoker.called).isEmpty();

        floor.invoker.answer = ScriptedInvoker.succeeded(
                "{\"statusCode\": 200, \"headers\": {\"Access-Control-Allow-Origin\": \"*\"}, \"body\": \"\"}");
        RawHttp.Answer answer = floor.ask(id, "GET /\nOrigin: https://a.org", "");
        assertThat(answer.header("access-control-allow-origin")).containsExactly("https://a.org");
        assertThat(answer.header("access-control-expose-headers")).containsExactly("x-e");
        assertThat(answer.header("vary")).containsExactly("Origin");
        assertThat(floor.ask(id, "GET /\nOrigin: https://b.org", "").header("access-control-allow-origin"))
                .isEmpty();
        assertThat(floor.ask(id, "OPTIONS /\nOrigin: https://a.org", "").status())
                .isEqualTo(200);
        assertThat(floor.invoker.called).hasSize(3);
    }

    @Test
    void a_cors_rule_for_everybody_names_nobody() {
        String id = floor.url("orders", "", ", \"Cors\": {\"AllowOrigins\": [\"*\"], \"AllowMethods\": [\"*\"]}");

        RawHttp.Answer answer =
                floor.ask(id, "OPTIONS /\nOrigin: https://b.org\nAccess-Control-Request-Method: PUT", "");

        assertThat(answer.header("access-control-allow-origin")).containsExactly("*");
        assertThat(answer.header("access-control-allow-methods")).containsExactly("*");
        assertThat(answer.header("vary")).isEmpty();
    }

    @Test
    void a_route_leads_to_its_function_with_the_whole_path() {
        RawHttp.Answer byPath = floor.api("GET", "/shop/cart?x=1", "");

        assertThat(byPath.refusal()).isEqualTo("200  null");
        assertThat(floor.called()).isEqualTo(UrlFloor.arn("orders").withQualifier("live"));
        assertThat(floor.event().get("rawPath").asText()).isEqualTo("/shop/cart");
        assertThat(floor.event().at("/requestContext/apiId").asText()).isEqualTo("orders");
        assertThat(floor.event().at("/requestContext/accountId").asText()).isEqualTo("anonymous");

        assertThat(RawHttp.ask(floor.port, "GET /2015-03-31/functions HTTP/1.1\nHost: API.example.org", "")
                        .refusal())
                .isEqualTo("200  null");
        assertThat(floor.called()).isEqualTo(UrlFloor.arn("orders"));
        assertThat(floor.event().at("/requestContext/domainPrefix").asText()).isEqualTo("api");
        RawHttp.ask(floor.port, "GET /v2/x HTTP/1.1\nHost: api.example.org:80", "");
        assertThat(floor.called()).isEqualTo(UrlFloor.arn("orders").withQualifier("live"));

        assertThat(floor.api("GET", "/gone", "").refusal())
                .isEqualTo("404 ResourceNotFoundException {\"Message\":\"Function not found: " + UrlFloor.arn("none")
                        + "\"}");
    }
}
