package io.millrace.runtime.functionurl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.runtime.access.UrlCaller;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RequestEventTest {
    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();

    @Test
    void an_event_has_every_member_of_payload_format_2_0() throws IOException {
        headers.add("Host", "abc.lambda-url.us-east-1.localhost:4574")
                .add("X-Multi", "one")
                .add("x-multi", "two")
                .add("Cookie", "c1=a; c2=b")
                .add("cookie", "c3=c")
                .add("User-Agent", "curl/8")
                .add("Content-Type", "text/plain");

        assertThat(event("a=1&a=2&b=x%20y+z", utf8("hällo"), Optional.empty()))
                .isEqualTo(
                        Json.MAPPER.readTree(
                                """
                {"version": "2.0", "routeKey": "$default", "rawPath": "/my/pa2%Fth/1", "rawQueryString": "a=1&a=2&b=x%20y+z",
                 "cookies": ["c1=a", "c2=b", "c3=c"],
                 "headers": {"content-type": "text/plain", "host": "abc.lambda-url.us-east-1.localhost:4574",
                   "user-agent": "curl/8", "x-amzn-trace-id": "Root=1-5e6722a7-000000000000000000000000",
                   "x-forwarded-for": "192.0.2.7", "x-forwarded-port": "4574", "x-forwarded-proto": "http",
                   "x-multi": "one,two"},
                 "queryStringParameters": {"a": "1,2", "b": "x y z"},
                 "requestContext": {"accountId": "anonymous", "apiId": "abc", "authentication": null,
                   "domainName": "abc.lambda-url.us-east-1.localhost", "domainPrefix": "abc",
                   "http": {"method": "POST", "path": "/my/pa2%Fth/1", "protocol": "HTTP/1.1",
                     "sourceIp": "192.0.2.7", "userAgent": "curl/8"},
                   "requestId": "id", "routeKey": "$default", "stage": "$default",
                   "time": "12/Mar/2020:19:03:58 +0000", "timeEpoch": 1584039838390},
                 "body": "hällo", "isBase64Encoded": false, "pathParameters": null, "stageVariables": null}
                """));
    }

    @Test
    void a_function_does_not_get_the_session_of_who_looks_at_the_console() throws IOException {
        headers.add("Cookie", "a=b; millrace-session-4574=secret; c=d");

        JsonNode event = event("", new byte[0], Optional.empty());

        assertThat(event.toString()).contains("[\"a=b\",\"c=d\"]").doesNotContain("secret");
    }

    @Test
    void what_a_request_does_not_have_is_not_in_the_event() throws IOException {
        JsonNode event = event("", new byte[0], Optional.empty());

        assertThat(event.has("body")).isFalse();
        assertThat(event.has("cookies")).isFalse();
        assertThat(event.has("queryStringParameters")).isFalse();
        assertThat(event.get("isBase64Encoded").booleanValue()).isFalse();
        assertThat(event.get("rawQueryString").asText()).isEmpty();
        assertThat(event.at("/requestContext/authorizer").isMissingNode()).isTrue();
        assertThat(event.at("/requestContext/http/userAgent").isNull()).isTrue();
    }

    @Test
    void a_signed_request_tells_who_signed_it() throws IOException {
        UrlCaller caller = new UrlCaller("AKIA1", "123456789012", "arn:aws:iam::123456789012:user/a");

        JsonNode context = event("", new byte[0], Optional.of(caller)).get("requestContext");

        assertThat(context.get("accountId").asText()).isEqualTo("123456789012");
        assertThat(context.get("authorizer"))
                .isEqualTo(
                        Json.MAPPER.readTree(
                                """
                {"iam": {"accessKey": "AKIA1", "accountId": "123456789012", "callerId": "AKIA1",
                  "cognitoIdentity": null, "principalOrgId": null,
                  "userArn": "arn:aws:iam::123456789012:user/a", "userId": "AKIA1"}}
                """));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            text/plain; charset=utf-8         | false
            TEXT/HTML                         | false
            application/json                  | false
            application/vnd.api+json          | false
            application/xml                   | false
            image/svg+xml                     | false
            application/javascript            | false
            application/x-www-form-urlencoded | true
            multipart/form-data; boundary=x   | true
            application/octet-stream          | true
            image/png                         | true
                                              | true
            """)
    void a_body_that_is_not_of_a_type_of_text_is_base64(String type, boolean isBase64) throws IOException {
        if (type != null) {
            headers.add("Content-Type", type);
        }

        JsonNode event = event("", utf8("body"), Optional.empty());

        assertThat(event.get("isBase64Encoded").booleanValue()).isEqualTo(isBase64);
        assertThat(event.get("body").asText()).isEqualTo(isBase64 ? "Ym9keQ==" : "body");
    }

    @Test
    void a_text_that_is_not_utf8_is_base64() throws IOException {
        headers.add("Content-Type", "text/plain");
        byte[] latin = "é".getBytes(StandardCharsets.ISO_8859_1);

        JsonNode event = event("", latin, Optional.empty());

        assertThat(event.get("isBase64Encoded").booleanValue()).isTrue();
        assertThat(Base64.getDecoder().decode(event.get("body").asText())).isEqualTo(latin);
    }

    @Test
    void what_a_proxy_told_of_the_way_is_kept_before_what_the_platform_sees() throws IOException {
        headers.add("X-Forwarded-For", "203.0.113.9").add("X-Forwarded-Proto", "gopher");

        JsonNode event = event("", new byte[0], Optional.empty());

        assertThat(event.at("/headers/x-forwarded-for").asText()).isEqualTo("203.0.113.9, 192.0.2.7");
        assertThat(event.at("/headers/x-forwarded-proto").asText()).isEqualTo("http");
        assertThat(event.at("/requestContext/http/sourceIp").asText()).isEqualTo("192.0.2.7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            a           | {"a": ""}
            a=b=c       | {"a": "b=c"}
            =b          | {"": "b"}
            a=%E2%82%AC | {"a": "€"}
            a=%zz%4     | {"a": "%zz%4"}
            a=%00%0d    | {"a": "\\u0000\\r"}
            &&a=1&      | {"a": "1"}
            """)
    void a_query_is_decoded_as_far_as_it_can_be(String query, String expected) throws IOException {
        assertThat(event(query, new byte[0], Optional.empty()).get("queryStringParameters"))
                .isEqualTo(Json.MAPPER.readTree(expected));
    }

    private JsonNode event(String query, byte[] body, Optional<UrlCaller> caller) throws IOException {
        return Json.MAPPER.readTree(RequestEvent.of(
                new UrlRequest(
                        "id",
                        "POST",
                        "/my/pa2%Fth/1",
                        query,
                        "HTTP/1.1",
                        headers,
                        "abc",
                        "abc.lambda-url.us-east-1.localhost",
                        "abc",
                        "http",
                        4574,
                        "192.0.2.7",
                        "Root=1-5e6722a7-000000000000000000000000",
                        Instant.ofEpochMilli(1_584_039_838_390L),
                        body),
                caller));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
