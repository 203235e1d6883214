package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.MillraceExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamCompleteEvent;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamRequest;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponse;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseHandler.Visitor;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.ResponseStreamingInvocationType;
import software.amazon.awssdk.services.lambda.model.Runtime;

/** Results that come while the function still runs (lambda-semantics 1.9). */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkResponseStreamIT {
    /** Answers in pieces; the second comes when there is the file that the event names. */
    private static final String STREAMING =
            """
            import fs from 'node:fs';
            export const handler = awslambda.streamifyResponse(async (event, stream) => {
              stream.write("one,");
              while (!fs.existsSync(event.gate)) await new Promise((resolve) => setTimeout(resolve, 20));
              stream.end("two");
            });
            """;

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    private static @Nullable LambdaAsyncClient client;

    @BeforeAll
    static void connect() {
        client = LambdaAsyncClient.builder()
                .endpointOverride(sdk.url())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "thing")))
                .httpClientBuilder(NettyNioAsyncHttpClient.builder())
                .build();
    }

    @AfterAll
    static void disconnect() {
        Objects.requireNonNull(client).close();
    }

    /** What came. */
    private static final class Stream {
        final List<String> chunks = Collections.synchronizedList(new ArrayList<>());
        final List<InvokeWithResponseStreamCompleteEvent> completions = Collections.synchronizedList(new ArrayList<>());
        final CompletableFuture<InvokeWithResponseStreamResponse> response = new CompletableFuture<>();

        static Stream of(InvokeWithResponseStreamRequest.Builder request) throws Exception {
            return of(request, () -> {});
        }

        static Stream of(InvokeWithResponseStreamRequest.Builder request, Runnable atChunk) throws Exception {
            Stream stream = new Stream();
            InvokeWithResponseStreamResponseHandler handler = InvokeWithResponseStreamResponseHandler.builder()
                    .onResponse(stream.response::complete)
                    .subscriber(Visitor.builder()
                            .onPayloadChunk(chunk -> {
                                stream.chunks.add(chunk.payload().asUtf8String());
                                atChunk.run();
                            })
                            .onInvokeComplete(stream.completions::add)
                            .build())
                    .build();
            Objects.requireNonNull(client)
                    .invokeWithResponseStream(request.build(), handler)
                    .get(120, TimeUnit.SECONDS);
            return stream;
        }

        String text() {
            return String.join("", chunks);
        }

        InvokeWithResponseStreamCompleteEvent completion() {
            assertThat(completions).hasSize(1);
            return completions.get(0);
        }
    }

    private static InvokeWithResponseStreamRequest.Builder request(String name, String json) {
        return InvokeWithResponseStreamRequest.builder().functionName(name).payload(SdkBytes.fromUtf8String(json));
    }

    @Test
    void a_result_that_is_whole_comes_in_one_stream_with_its_end() throws Exception {
        // Given
        sdk.create("buffered", "def handler(event, context): return {'got': event}");
        // When
        Stream stream = Stream.of(request("buffered", "{\"a\":1}"));
        // Then
        assertThat(stream.text().replace(" ", "")).isEqualTo("{\"got\":{\"a\":1}}");
        assertThat(stream.completion().errorCode()).isNull();
        assertThat(stream.completion().errorDetails()).isNull();
        assertThat(stream.completion().logResult()).isNull();
        InvokeWithResponseStreamResponse head = stream.response.get(1, TimeUnit.SECONDS);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.executedVersion()).isEqualTo("$LATEST");
    }

    @Test
    void pieces_come_while_the_function_still_runs(@TempDir Path shared) throws Exception {
        // Given
        sdk.lambda().createFunction(function -> function.functionName("streaming")
                .runtime(Runtime.NODEJS20_X)
                .handler("index.handler")
                .role(SdkClient.ROLE)
                .timeout(60)
                .code(code -> code.zipFile(Archives.zip(Map.of("index.mjs", STREAMING)))));
        sdk.awaitActive("streaming");
        Path gate = shared.resolve("open");
        // When: it goes on when its first piece is here
        Stream stream = Stream.of(request("streaming", "{\"gate\":\"" + gate + "\"}"), () -> create(gate));
        // Then
        assertThat(stream.completion().errorDetails()).isNull();
        assertThat(stream.completion().errorCode()).isNull();
        assertThat(stream.text()).isEqualTo("one,two");
    }

    private static void create(Path gate) {
        try {
            Files.write(gate, new byte[0]);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void an_error_of_the_function_is_told_at_the_end() throws Exception {
        // Given
        sdk.create("failing", "def handler(event, context): raise ValueError('no luck')");
        // When
        Stream stream = Stream.of(request("failing", "{}"));
        // Then
        assertThat(stream.response.get(1, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(stream.completion().errorCode()).isNotEmpty();
        assertThat(stream.completion().errorDetails()).contains("no luck");
    }

    @Test
    void a_dry_run_runs_nothing() throws Exception {
        // Given
        sdk.create("dry", "def handler(event, context): raise ValueError('ran')");
        // When
        Stream stream = Stream.of(request("dry", "{}").invocationType(ResponseStreamingInvocationType.DRY_RUN));
        // Then
        assertThat(stream.response.get(1, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
        assertThat(stream.chunks).isEmpty();
    }

    @Test
    void an_unknown_function_is_not_found() {
        CompletableFuture<Void> refused = Objects.requireNonNull(client)
                .invokeWithResponseStream(
                        request("nobody", "{}").build(),
                        InvokeWithResponseStreamResponseHandler.builder()
                                .subscriber(Visitor.builder().build())
                                .build());
        assertThat(refused)
                .failsWithin(30, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(ResourceNotFoundException.class)
                .withMessageContaining("Function not found: " + SdkClient.ARN + "nobody");
    }
}
