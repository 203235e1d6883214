package io.millrace.testkit.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.testkit.MillraceExtension;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescription;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** Streams through the SDK's client of Kinesis, in CBOR, which is its default, and in JSON. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class AwsSdkKinesisIT {
    private static final String CBOR = "aws.cborEnabled";

    @RegisterExtension
    static MillraceExtension millrace = MillraceExtension.builder().http().build();

    @AfterEach
    void cborAgain() {
        System.clearProperty(CBOR);
    }

    private static KinesisClient client(boolean cbor) {
        System.setProperty(CBOR, Boolean.toString(cbor));
        return KinesisClient.builder()
                .endpointOverride(
                        URI.create(millrace.millrace().httpUrl().orElseThrow().toString()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "thing")))
                .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(60)))
                .overrideConfiguration(configuration -> configuration.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    private static String iterator(KinesisClient kinesis, GetShardIteratorRequest.Builder request) {
        return kinesis.getShardIterator(request.shardId("shardId-000000000000").build())
                .shardIterator();
    }

    private static GetShardIteratorRequest.Builder of(String stream, ShardIteratorType type) {
        return GetShardIteratorRequest.builder().streamName(stream).shardIteratorType(type);
    }

    /** As a consumer does: until it is at the latest. */
    private static List<String> readAll(KinesisClient kinesis, String start, int limit) {
        List<Record> records = new ArrayList<>();
        String iterator = start;
        GetRecordsResponse page;
        do {
            String next = iterator;
            page = kinesis.getRecords(request -> request.shardIterator(next).limit(limit));
            records.addAll(page.records());
            iterator = page.nextShardIterator();
        } while (page.millisBehindLatest() > 0);
        return records.stream().map(record -> record.data().asUtf8String()).toList();
    }

    private static List<String> numbers(int from, int count) {
        return IntStream.range(from, from + count).mapToObj(Integer::toString).toList();
    }

    private static PutRecordsResponse putAll(KinesisClient kinesis, String stream, List<String> data) {
        List<PutRecordsRequestEntry> entries = data.stream()
                .map(each -> PutRecordsRequestEntry.builder()
                        .partitionKey("key")
                        .data(SdkBytes.fromUtf8String(each))
                        .build())
                .toList();
        return kinesis.putRecords(request -> request.streamName(stream).records(entries));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_stream_is_made_shown_kept_longer_and_deleted(boolean cbor) {
        String stream = "shown-" + cbor;
        try (KinesisClient kinesis = client(cbor)) {
            kinesis.createStream(request -> request.streamName(stream).shardCount(2));
            kinesis.increaseStreamRetentionPeriod(
                    request -> request.streamName(stream).retentionPeriodHours(48));

            StreamDescription shown = kinesis.describeStream(request -> request.streamName(stream))
                    .streamDescription();
            assertThat(shown.streamARN()).isEqualTo("arn:aws:kinesis:us-east-1:000000000000:stream/" + stream);
            assertThat(shown.streamStatus()).isEqualTo(StreamStatus.ACTIVE);
            assertThat(shown.retentionPeriodHours()).isEqualTo(48);
            assertThat(shown.streamCreationTimestamp())
                    .isBetween(Instant.now().minusSeconds(120), Instant.now().plusSeconds(1));
            assertThat(shown.shards().stream().map(Shard::hashKeyRange))
                    .extracting(range -> range.startingHashKey() + "-" + range.endingHashKey())
                    .containsExactly(
                            "0-170141183460469231731687303715884105727",
                            "170141183460469231731687303715884105728-340282366920938463463374607431768211455");
            assertThat(kinesis.describeStreamSummary(request -> request.streamName(stream))
                            .streamDescriptionSummary()
                            .openShardCount())
                    .isEqualTo(2);
            assertThat(kinesis.listShards(request -> request.streamName(stream)).shards())
                    .isEqualTo(shown.shards());
            assertThat(kinesis.listStreams().streamNames()).contains(stream);

            kinesis.deleteStream(request -> request.streamName(stream));

            assertThat(kinesis.listStreams().streamNames()).doesNotContain(stream);
            assertThat(catchThrowableOfType(
                                    ResourceNotFoundException.class,
                                    () -> kinesis.describeStream(request -> request.streamName(stream)))
                            .awsErrorDetails()
                            .errorMessage())
                    .isEqualTo("Stream " + stream + " under account 000000000000 not found.");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void many_consumers_read_from_where_each_wants(boolean cbor) {
        String stream = "read-" + cbor;
        try (KinesisClient kinesis = client(cbor)) {
            kinesis.createStream(request -> request.streamName(stream).shardCount(1));
            PutRecordResponse first = kinesis.putRecord(
                    request -> request.streamName(stream).partitionKey("key").data(SdkBytes.fromUtf8String("0")));
            for (int from = 1; from < 2_001; from += 500) {
                assertThat(putAll(kinesis, stream, numbers(from, 500)).failedRecordCount())
                        .isZero();
            }
            String latest = iterator(kinesis, of(stream, ShardIteratorType.LATEST));
            String trim = iterator(kinesis, of(stream, ShardIteratorType.TRIM_HORIZON));
            String after = iterator(
                    kinesis,
                    of(stream, ShardIteratorType.AFTER_SEQUENCE_NUMBER).startingSequenceNumber(first.sequenceNumber()));
            String past = iterator(
                    kinesis,
                    of(stream, ShardIteratorType.AT_TIMESTAMP)
                            .timestamp(Instant.now().minusSeconds(600)));

            assertThat(readAll(kinesis, trim, 300)).isEqualTo(numbers(0, 2_001));
            assertThat(readAll(kinesis, after, 10_000)).isEqualTo(numbers(1, 2_000));
            assertThat(readAll(kinesis, past, 10_000)).isEqualTo(numbers(0, 2_001));
            assertThat(readAll(kinesis, latest, 100)).isEmpty();
            putAll(kinesis, stream, List.of("last"));
            assertThat(readAll(kinesis, latest, 100)).containsExactly("last");
            assertThat(readAll(kinesis, trim, 10_000)).as("read again").hasSize(2_002);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_may_not_be_is_refused_by_name(boolean cbor) {
        try (KinesisClient kinesis = client(cbor)) {
            assertThat(catchThrowableOfType(
                                    KinesisException.class,
                                    () -> kinesis.mergeShards(request -> request.streamName("any")
                                            .shardToMerge("shardId-000000000000")
                                            .adjacentShardToMerge("shardId-000000000001")))
                            .awsErrorDetails()
                            .errorCode())
                    .isEqualTo("UnknownOperationException");
            assertThat(catchThrowableOfType(
                                    KinesisException.class,
                                    () -> kinesis.getRecords(request -> request.shardIterator("nonsense")))
                            .awsErrorDetails()
                            .errorCode())
                    .isEqualTo("InvalidArgumentException");
            assertThat(catchThrowableOfType(
                                    ResourceNotFoundException.class, () -> putAll(kinesis, "nosuch", List.of("x")))
                            .awsErrorDetails()
                            .errorMessage())
                    .isEqualTo("Stream nosuch under account 000000000000 not found.");
        }
    }
}
