package io.millrace.testkit.awssdk;

import io.millrace.testkit.MillraceExtension;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.waiters.WaiterOverrideConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.Runtime;
import software.amazon.awssdk.services.scheduler.SchedulerClient;

/**
 * The SDK's client of one platform, in a static field below that of the {@link MillraceExtension}. It does not try
 * again, so that a test sees the first answer.
 */
final class SdkClient implements AfterAllCallback {
    static final String ARN = "arn:aws:lambda:us-east-1:000000000000:function:";
    static final String ROLE = "arn:aws:iam::000000000000:role/any";

    private final MillraceExtension millrace;
    private @Nullable LambdaClient lambda;

    SdkClient(MillraceExtension millrace) {
        this.millrace = millrace;
    }

    LambdaClient lambda() {
        LambdaClient client = lambda;
        if (client == null) {
            client = signing("any", "thing");
            lambda = client;
        }
        return client;
    }

    /** To be closed. */
    LambdaClient signing(String keyId, String secret) {
        return LambdaClient.builder()
                .endpointOverride(url())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(keyId, secret)))
                .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(60)))
                .overrideConfiguration(configuration -> configuration.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    /** To be closed. */
    SchedulerClient scheduler(String keyId, String secret) {
        return SchedulerClient.builder()
                .endpointOverride(url())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(keyId, secret)))
                .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(60)))
                .overrideConfiguration(configuration -> configuration.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    URI url() {
        return URI.create(millrace.millrace().httpUrl().orElseThrow().toString());
    }

    /** A function in Python, ready to be invoked; named as its handler's module. */
    CreateFunctionResponse create(String name, String script) {
        return create(name, script, function -> function);
    }

    CreateFunctionResponse create(String name, String script, UnaryOperator<CreateFunctionRequest.Builder> more) {
        CreateFunctionResponse created =
                lambda().createFunction(more.apply(python(name, script)).build());
        awaitActive(name);
        return created;
    }

    /** What it takes to create a function in Python. */
    static CreateFunctionRequest.Builder python(String name, String script) {
        SdkBytes zip = Archives.zip(Map.of("index.py", script));
        return CreateFunctionRequest.builder()
                .functionName(name)
                .runtime(Runtime.PYTHON3_12)
                .handler("index.handler")
                .role(ROLE)
                .timeout(30)
                .code(code -> code.zipFile(zip));
    }

    /** As the SDK's users wait, only more often. */
    void awaitActive(String name) {
        lambda().waiter().waitUntilFunctionActiveV2(request -> request.functionName(name), soon());
    }

    void awaitUpdated(String name) {
        lambda().waiter().waitUntilFunctionUpdatedV2(request -> request.functionName(name), soon());
    }

    static Consumer<WaiterOverrideConfiguration.Builder> soon() {
        return waiting -> waiting.maxAttempts(400)
                .backoffStrategyV2(BackoffStrategy.fixedDelayWithoutJitter(Duration.ofMillis(50)));
    }

    /** Publishes what {@code $LATEST} is now. */
    String publish(String name) {
        String version =
                lambda().publishVersion(request -> request.functionName(name)).version();
        lambda().waiter()
                .waitUntilPublishedVersionActive(
                        request -> request.functionName(name).qualifier(version), soon());
        return version;
    }

    void updateCode(String name, String script) {
        SdkBytes zip = Archives.zip(Map.of("index.py", script));
        lambda().updateFunctionCode(request -> request.functionName(name).zipFile(zip));
        awaitUpdated(name);
    }

    InvokeResponse invoke(String name, String json) {
        return lambda().invoke(InvokeRequest.builder()
                .functionName(name)
                .payload(SdkBytes.fromUtf8String(json))
                .build());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        LambdaClient client = lambda;
        if (client != null && context.getRequiredTestClass().getEnclosingClass() == null) {
            client.close();
            lambda = null;
        }
    }
}
