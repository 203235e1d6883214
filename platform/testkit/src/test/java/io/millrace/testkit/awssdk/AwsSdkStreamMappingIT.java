package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.function.FunctionHandler;
import io.millrace.testkit.MillraceExtension;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;

/** A stream of this server feeds a function, in order. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkStreamMappingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @RegisterExtension
    static SdkClient sdk = new SdkClient(millrace);

    private final List<String> handled = new CopyOnWriteArrayList<>();

    private byte[] handle(byte[] event) {
        new JsonObject(Buffer.buffer(event))
                .getJsonArray("Records").stream()
                        .map(JsonObject.class::cast)
                        .map(record -> record.getJsonObject("kinesis").getBinary("data"))
                        .forEach(data -> handled.add(new String(data, StandardCharsets.UTF_8)));
        return "{}".getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void records_of_a_stream_come_to_the_function_in_batches_once_and_in_order() {
        millrace.deploy("orders", (FunctionHandler) (event, context) -> handle(event));
        try (KinesisClient kinesis = KinesisClient.builder()
                .endpointOverride(sdk.url())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "thing")))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            kinesis.createStream(request -> request.streamName("incoming").shardCount(1));
            sdk.lambda().createEventSourceMapping(request -> request.eventSourceArn(
                            "arn:aws:kinesis:us-east-1:000000000000:stream/incoming")
                    .functionName("orders")
                    .startingPosition(EventSourcePosition.LATEST)
                    .batchSize(50));
            List<String> numbers =
                    IntStream.range(0, 500).mapToObj(Integer::toString).toList();

            kinesis.putRecords(request -> request.streamName("incoming")
                    .records(numbers.stream()
                            .map(each -> PutRecordsRequestEntry.builder()
                                    .partitionKey("key")
                                    .data(SdkBytes.fromUtf8String(each))
                                    .build())
                            .toList()));

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(handled).isEqualTo(numbers));
        }
    }
}
