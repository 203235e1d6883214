package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.lambda.model.CreateFunctionUrlConfigResponse;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.FunctionUrlConfig;
import software.amazon.awssdk.services.lambda.model.GetFunctionUrlConfigResponse;
import software.amazon.awssdk.services.lambda.model.InvokeMode;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionUrlConfigResponse;

/** URLs of functions: made by the SDK, called by HTTP (lambda-semantics 7.1 to 7.4). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkFunctionUrlIT {
    private static final String ECHO = "def handler(event, context): return event";
    private static final String NOT_THERE = "The resource you requested does not exist.";

    private static final Vertx VERTX = Vertx.vertx();
    private static final HttpClient HTTP = VERTX.createHttpClient();

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    @AfterAll
    static void close() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static CreateFunctionUrlConfigResponse open(String function, @Nullable String qualifier) {
        return sdk.lambda()
                .createFunctionUrlConfig(request ->
                        request.functionName(function).qualifier(qualifier).authType(FunctionUrlAuthType.NONE));
    }

    /** Lets everybody call it, which a URL without authentication does not do by itself. */
    private static void permitAll(String function) {
        sdk.lambda().addPermission(request -> request.functionName(function)
                .statementId("url")
                .action("lambda:InvokeFunctionUrl")
                .principal("*")
                .functionUrlAuthType(FunctionUrlAuthType.NONE));
        sdk.lambda().addPermission(request -> request.functionName(function)
                .statementId("invoke")
                .action("lambda:InvokeFunction")
                .principal("*"));
    }

    private record Answer(int status, MultiMap headers, String body) {}

    /** The host of a URL need not be known to this machine's name service. */
    private static Answer call(HttpMethod method, String url, String body) throws Exception {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(url)
                .setServer(SocketAddress.inetSocketAddress(sdk.url().getPort(), "127.0.0.1"));
        Future<Answer> answer = HTTP.request(options)
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(response -> response.body()
                        .map(read -> new Answer(response.statusCode(), response.headers(), read.toString())));
        return answer.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void a_url_is_told_as_it_is_made_and_shown_with_its_defaults() {
        // Given
        sdk.create("told", ECHO);
        // When
        CreateFunctionUrlConfigResponse created = open("told", null);
        GetFunctionUrlConfigResponse shown = sdk.lambda().getFunctionUrlConfig(request -> request.functionName("told"));
        // Then
        assertThat(created.sdkHttpResponse().statusCode()).isEqualTo(201);
        assertThat(created.functionArn()).isEqualTo(SdkClient.ARN + "told");
        assertThat(created.authType()).isEqualTo(FunctionUrlAuthType.NONE);
        assertThat(URI.create(created.functionUrl()).getPath()).isEqualTo("/");
        assertThat(created.creationTime()).isNotEmpty();
        assertThat(created.invokeMode()).isNull();
        assertThat(created.cors()).isNull();
        assertThat(shown.functionUrl()).isEqualTo(created.functionUrl());
        assertThat(shown.creationTime()).isEqualTo(created.creationTime());
        assertThat(shown.lastModifiedTime()).isNotEmpty();
        assertThat(shown.invokeMode()).isEqualTo(InvokeMode.BUFFERED);
    }

    @Test
    void an_update_leaves_what_it_does_not_mention() {
        // Given
        sdk.create("updated", ECHO);
        open("updated", null);
        sdk.lambda().updateFunctionUrlConfig(request -> request.functionName("updated")
                .cors(cors -> cors.allowOrigins("https://example.org").maxAge(60)));
        // When
        UpdateFunctionUrlConfigResponse updated = sdk.lambda()
                .updateFunctionUrlConfig(
                        request -> request.functionName("updated").authType(FunctionUrlAuthType.AWS_IAM));
        // Then
        assertThat(updated.authType()).isEqualTo(FunctionUrlAuthType.AWS_IAM);
        assertThat(updated.cors().allowOrigins()).containsExactly("https://example.org");
        assertThat(updated.cors().maxAge()).isEqualTo(60);
    }

    @Test
    void the_function_and_its_alias_have_urls_of_their_own() {
        // Given
        sdk.create("both", ECHO);
        sdk.publish("both");
        sdk.lambda()
                .createAlias(
                        request -> request.functionName("both").name("live").functionVersion("1"));
        // When
        CreateFunctionUrlConfigResponse latest = open("both", null);
        CreateFunctionUrlConfigResponse live = open("both", "live");
        // Then
        assertThat(live.functionArn()).isEqualTo(SdkClient.ARN + "both:live");
        assertThat(live.functionUrl()).isNotEqualTo(latest.functionUrl());
        assertThat(sdk
                        .lambda()
                        .listFunctionUrlConfigsPaginator(
                                request -> request.functionName("both").maxItems(1))
                        .functionUrlConfigs()
                        .stream())
                .extracting(FunctionUrlConfig::functionUrl)
                .containsExactlyInAnyOrder(latest.functionUrl(), live.functionUrl());
        // When
        sdk.lambda().deleteFunctionUrlConfig(request -> request.functionName("both"));
        // Then
        assertThat(sdk.lambda()
                        .getFunctionUrlConfig(
                                request -> request.functionName("both").qualifier("live"))
                        .functionUrl())
                .isEqualTo(live.functionUrl());
        assertThat(Refusal.of(() -> sdk.lambda().getFunctionUrlConfig(request -> request.functionName("both"))))
                .isEqualTo(Refusal.notFound(NOT_THERE));
    }

    @Test
    void what_cannot_have_one_is_refused() {
        // Given
        sdk.create("refusing", ECHO);
        open("refusing", null);
        // Then
        assertThat(Refusal.of(() -> open("refusing", null)))
                .isEqualTo(Refusal.conflict("Failed to create function url config for [functionArn = " + SdkClient.ARN
                        + "refusing]. Error message:  FunctionUrlConfig exists for this Lambda function"));
        assertThat(Refusal.of(() -> open("nobody", null))).isEqualTo(Refusal.notFound("Function does not exist"));
        assertThat(Refusal.of(() -> open("refusing", "none"))).isEqualTo(Refusal.notFound("Function does not exist"));
        assertThat(Refusal.of(() -> open("refusing", "1")).code()).isEqualTo("ValidationException");
        assertThat(Refusal.of(() -> open("refusing", "$LATEST")).code()).isEqualTo("ValidationException");
        assertThat(Refusal.of(() -> sdk.lambda().deleteFunctionUrlConfig(request -> request.functionName("nobody"))))
                .isEqualTo(Refusal.notFound(NOT_THERE));
        assertThat(Refusal.of(() -> sdk.lambda().updateFunctionUrlConfig(request -> request.functionName("refusing")
                                .invokeMode("SOMETIMES")))
                        .message())
                .endsWith("Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]");
    }

    @Test
    void a_request_becomes_an_event_and_its_result_an_answer() throws Exception {
        // Given
        sdk.create("echoing", ECHO);
        String url = open("echoing", null).functionUrl();
        permitAll("echoing");
        // When
        Answer answer = call(HttpMethod.POST, url + "my/path?a=1&a=2", "{\"text\":1}");
        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers().get("content-type")).isEqualTo("application/json");
        assertThat(answer.body().replace(" ", ""))
                .contains("\"version\":\"2.0\"")
                .contains("\"routeKey\":\"$default\"")
                .contains("\"rawPath\":\"/my/path\"")
                .contains("\"rawQueryString\":\"a=1&a=2\"")
                .contains("\"queryStringParameters\":{\"a\":\"1,2\"}")
                .contains("\"method\":\"POST\"");
    }

    @Test
    void an_object_with_a_status_says_what_to_answer() throws Exception {
        // Given
        sdk.create(
                "teapot",
                "def handler(event, context): return {'statusCode': 418, 'headers': {'X-Tea': 'green'},"
                        + " 'cookies': ['a=1', 'b=2'], 'body': 'aGk=', 'isBase64Encoded': True}");
        String url = open("teapot", null).functionUrl();
        permitAll("teapot");
        // When
        Answer answer = call(HttpMethod.GET, url, "");
        // Then
        assertThat(answer.status()).isEqualTo(418);
        assertThat(answer.headers().get("x-tea")).isEqualTo("green");
        assertThat(answer.headers().getAll("set-cookie")).isEqualTo(List.of("a=1", "b=2"));
        assertThat(answer.body()).isEqualTo("hi");
    }

    @Test
    void a_text_is_answered_without_its_quotes_and_an_error_as_a_bad_gateway() throws Exception {
        // Given
        sdk.create("texts", "def handler(event, context): return 'hello'");
        sdk.create("fails", "def handler(event, context): raise ValueError('no')");
        String text = open("texts", null).functionUrl();
        String error = open("fails", null).functionUrl();
        permitAll("texts");
        permitAll("fails");
        // When
        Answer hello = call(HttpMethod.GET, text, "");
        Answer failed = call(HttpMethod.GET, error, "");
        // Then
        assertThat(hello.body()).isEqualTo("hello");
        assertThat(failed.status()).isEqualTo(502);
        assertThat(failed.body()).isEqualTo("Internal Server Error");
    }

    @Test
    void a_url_that_nobody_may_call_is_forbidden() throws Exception {
        // Given
        sdk.create("closed", ECHO);
        String url = open("closed", null).functionUrl();
        // When
        Answer answer = call(HttpMethod.GET, url, "");
        // Then
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body())
                .isEqualTo("{\"Message\":\"Forbidden. For troubleshooting Function URL authorization issues, see:"
                        + " https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html\"}");
    }
}
