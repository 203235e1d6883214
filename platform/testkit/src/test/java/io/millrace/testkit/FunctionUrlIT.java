package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Functions as web pages, from the socket through the broker to the handler and back. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class FunctionUrlIT {
    private static final Pattern SAMPLE =
            Pattern.compile("<!-- run -->\n```sh\n(.*?)```\n```text\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ADDRESS = Pattern.compile("\"FunctionUrl\":\"http://([^.]*)\\.");
    private static final Pattern REQUEST_ID = Pattern.compile("[0-9a-f-]{36}");

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder()
            .function("orders", new Orders())
            .set("routes", "/shop=orders:live,/nobody=none")
            .http()
            .build();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Tells what it was asked. */
    static final class Orders implements RequestHandler<Map<String, Object>, Map<String, Object>> {
        @Override
        public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
            Map<?, ?> http = object(object(event, "requestContext"), "http");
            String path = String.valueOf(event.get("rawPath"));
            if (path.endsWith("/broken")) {
                throw new IllegalStateException("broken");
            }
            return Map.of(
                    "statusCode",
                    "200",
                    "headers",
                    Map.of("X-Function", context.getInvokedFunctionArn(), "X-Request", context.getAwsRequestId()),
                    "cookies",
                    List.of("a=b", "c=d"),
                    "body",
                    Objects.requireNonNull(http.get("method")) + " " + path + " " + event.get("rawQueryString") + ": "
                            + event.get("body"));
        }
    }

    private static Map<?, ?> object(Map<?, ?> holder, String member) {
        return (Map<?, ?>) Objects.requireNonNull(holder.get(member));
    }

    @Test
    void the_samples_of_the_documentation_do_what_it_says() throws IOException, InterruptedException {
        Matcher sample = SAMPLE.matcher(Files.readString(Path.of("../../docs/function-urls.md")));
        assertThat(sample.find()).isTrue();
        String script = sample.group(1).replace("http://127.0.0.1:4574", api());

        Process process = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String shown = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(shown).isZero();
        assertThat(shown.strip()).isEqualTo(sample.group(2).strip());
    }

    @Test
    void a_url_of_an_alias_calls_the_function_by_its_alias_buffered_and_streamed() throws Exception {
        alias("url");
        String id = url("url", "BUFFERED");

        HttpResponse<String> answer = send("PUT", "/_url/" + id + "/a/b%2Fc?x=1&x=2", "{\"n\": 1}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("PUT /a/b%2Fc x=1&x=2: {\"n\": 1}");
        assertThat(answer.headers().allValues("set-cookie")).containsExactly("a=b", "c=d");
        assertThat(answer.headers().firstValue("x-function"))
                .hasValueSatisfying(arn -> assertThat(arn).endsWith(":function:orders:url"));
        assertThat(answer.headers().firstValue("x-request"))
                .hasValueSatisfying(request -> assertThat(request).matches(REQUEST_ID))
                .isEqualTo(answer.headers().firstValue("x-amzn-requestid"));

        send("PUT", "/2021-10-31/functions/orders/url?Qualifier=url", "{\"InvokeMode\": \"RESPONSE_STREAM\"}");
        assertThat(send("GET", "/_url/" + id + "/s", "").body()).isEqualTo("GET /s : null");
        assertThat(send("GET", "/_url/" + id + "/broken", "").statusCode()).isEqualTo(502);
    }

    @Test
    void a_route_leads_to_the_alias_it_names_as_soon_as_that_exists() throws Exception {
        assertThat(send("GET", "/shop/cart", "").statusCode()).isEqualTo(404);
        alias("live");

        assertThat(send("GET", "/shop/cart?x", "").body()).isEqualTo("GET /shop/cart x: null");
        HttpResponse<String> failed = send("GET", "/shop/broken", "");
        assertThat(failed.statusCode() + " " + failed.body()).isEqualTo("502 Internal Server Error");
        assertThat(send("GET", "/nobody", "").body()).contains("Function not found");
    }

    private void alias(String name) throws Exception {
        HttpResponse<String> created = send(
                "POST",
                "/2015-03-31/functions/orders/aliases",
                "{\"Name\": \"" + name + "\", \"FunctionVersion\": \"$LATEST\"}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
    }

    private String url(String alias, String invokeMode) throws Exception {
        HttpResponse<String> created = send(
                "POST",
                "/2021-10-31/functions/orders/url?Qualifier=" + alias,
                "{\"AuthType\": \"NONE\", \"InvokeMode\": \"" + invokeMode + "\"}");
        Matcher address = ADDRESS.matcher(created.body());
        assertThat(address.find()).as(created.body()).isTrue();
        permit("\"lambda:InvokeFunctionUrl\", \"FunctionUrlAuthType\": \"NONE\"", alias);
        permit("\"lambda:InvokeFunction\", \"InvokedViaFunctionUrl\": true", alias);
        return address.group(1);
    }

    /** Without a signature, only a policy lets everybody in. */
    private void permit(String action, String alias) throws Exception {
        String body = "{\"StatementId\": \"" + Integer.toHexString(action.hashCode()) + "\", \"Principal\": \"*\","
                + " \"Action\": " + action + "}";
        send("POST", "/2015-03-31/functions/orders/policy?Qualifier=" + alias, body);
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(api() + path))
                        .method(method, BodyPublishers.ofString(body))
                        .header("Content-Type", "application/json")
                        .build(),
                BodyHandlers.ofString());
    }

    private static String api() {
        return millrace.millrace().httpUrl().orElseThrow().toString();
    }
}
