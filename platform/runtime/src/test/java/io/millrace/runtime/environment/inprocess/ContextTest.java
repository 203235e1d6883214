package io.millrace.runtime.environment.inprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import io.millrace.core.invocation.Invocation;
import io.millrace.function.FunctionContext;
import io.millrace.function.FunctionHandler;
import io.millrace.runtime.environment.FunctionEnvironments;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ContextTest {
    private final TryOut tryOut = new TryOut();

    @AfterEach
    void close() {
        tryOut.close();
    }

    @Test
    void lambda_context_names_the_function_the_request_and_the_log() {
        assertThat(seen(Context::getAwsRequestId)).isEqualTo(TryOut.REQUEST_ID);
        assertThat(seen(Context::getFunctionName)).isEqualTo("orders");
        assertThat(seen(Context::getFunctionVersion)).isEqualTo("$LATEST");
        assertThat(seen(Context::getInvokedFunctionArn))
                .isEqualTo("arn:aws:lambda:us-east-1:000000000000:function:orders");
        assertThat(seen(Context::getLogGroupName)).isEqualTo("/aws/lambda/orders");
        assertThat(seen(Context::getLogStreamName)).matches("\\d{4}/\\d{2}/\\d{2}/\\[\\$LATEST\\][0-9a-f]{32}");
        assertThat(seen(context -> String.valueOf(context.getMemoryLimitInMB())))
                .isEqualTo("128");
        assertThat(seen(context -> String.valueOf(context.getIdentity()))).isEqualTo("null");
    }

    @Test
    void invoked_arn_carries_the_qualifier_that_the_caller_used() {
        // Given
        FunctionEnvironments function = tryOut.deploy(handler(Context::getInvokedFunctionArn));
        Invocation plain = TryOut.event("{}");
        Invocation byAlias = new Invocation(
                plain.id(),
                plain.arn().withQualifier("live"),
                plain.type(),
                plain.payload(),
                Optional.empty(),
                Map.of());
        // When
        String arn = TryOut.text(TryOut.await(TryOut.start(function, byAlias)));
        // Then
        assertThat(arn).isEqualTo("\"arn:aws:lambda:us-east-1:000000000000:function:orders:live\"");
    }

    @Test
    void remaining_time_counts_down_from_the_timeout() {
        // Given
        FunctionHandler handler = (event, context) ->
                Long.toString(context.remainingTime().toMillis()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        // When
        long millis = Long.parseLong(tryOut.result(handler, "{}"));
        // Then
        assertThat(millis).isBetween(10_000L, 20_000L);
    }

    @Test
    void function_context_tells_the_deadline_the_environment_and_the_memory() {
        // Given
        FunctionHandler handler =
                (event, context) -> describe(context).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        var definition = TryOut.definition().withEnvironment(Map.of("STAGE", "test"));
        // When
        String seen = TryOut.text(tryOut.run(definition, TryOut.instance(handler), "{}"));
        // Then
        assertThat(seen).isEqualTo("test 128 true");
    }

    @Test
    void client_context_of_a_synchronous_caller_is_parsed() {
        // Given
        FunctionEnvironments function = tryOut.deploy(handler(context -> describe(context.getClientContext())));
        // When
        String seen = TryOut.text(TryOut.await(TryOut.start(
                function,
                withClientContext(
                        "{\"client\":{\"app_title\":\"shop\"},\"custom\":{\"k\":\"v\"},\"env\":{\"e\":\"f\"}}"))));
        // Then
        assertThat(seen).isEqualTo("\"shop {k=v} {e=f}\"");
    }

    @Test
    void client_context_is_null_when_none_was_sent() {
        assertThat(seen(context -> String.valueOf(context.getClientContext()))).isEqualTo("null");
    }

    @Test
    void client_context_that_is_no_json_object_fails_who_asks_for_it() {
        // Given
        FunctionEnvironments function = tryOut.deploy(handler(context -> describe(context.getClientContext())));
        // When
        var error = TryOut.error(TryOut.await(TryOut.start(function, withClientContext("[1]"))));
        // Then
        assertThat(error.errorMessage()).isEqualTo("the client context is a JSON ARRAY, expected a JSON object");
    }

    @Test
    void environments_of_one_function_have_log_streams_of_their_own() {
        assertThat(seen(Context::getLogStreamName)).isNotEqualTo(seen(Context::getLogStreamName));
    }

    @Test
    void context_class_loader_is_the_handlers() {
        ClassLoader own = getClass().getClassLoader();
        assertThat(seen(context -> String.valueOf(Thread.currentThread().getContextClassLoader() == own)))
                .isEqualTo("true");
    }

    private String seen(Function<Context, String> question) {
        String json = tryOut.result(handler(question), "{}");
        return json.substring(1, json.length() - 1);
    }

    private static RequestHandler<Object, Object> handler(Function<Context, String> question) {
        return (event, context) -> question.apply(context);
    }

    private static String describe(FunctionContext context) {
        Duration left = Duration.between(Instant.now(), context.deadline());
        boolean near = left.compareTo(Duration.ofSeconds(10)) > 0 && left.compareTo(Duration.ofSeconds(21)) < 0;
        return context.environment().get("STAGE") + " " + context.memorySizeMegabytes() + " " + near;
    }

    private static String describe(ClientContext context) {
        return context.getClient().getAppTitle() + " " + context.getCustom() + " " + context.getEnvironment();
    }

    private static Invocation withClientContext(String json) {
        Invocation plain = TryOut.event("{}");
        return new Invocation(
                plain.id(), plain.arn(), plain.type(), plain.payload(), Optional.of(json), plain.attributes());
    }
}
