package io.millrace.source.dynamodb;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.source.shards.IteratorExpiredException;
import io.millrace.source.shards.ServiceTime;
import io.millrace.source.shards.Shard;
import io.millrace.source.shards.ShardPage;
import io.millrace.source.shards.ShardStart;
import io.millrace.source.shards.ShardedLog;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.Stream;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The stream of one table. Thread-safe. */
final class DynamoDbLog implements ShardedLog {
    /** The service gives no more at once. */
    private static final int MOST_AT_ONCE = 1_000;

    private final DynamoDbStreamsClient client;
    private final TableStream stream;
    private final String servicesArn;

    private DynamoDbLog(DynamoDbStreamsClient client, TableStream stream, String servicesArn) {
        this.client = client;
        this.stream = stream;
        this.servicesArn = servicesArn;
    }

    /**
     * @param client closed with the log
     * @throws SourceRefusedException if there is no such stream, in the words of lambda-semantics 3.4
     */
    static DynamoDbLog open(DynamoDbStreamsClient client, TableStream stream) {
        try {
            return new DynamoDbLog(client, stream, servicesArn(client, stream));
        } catch (SdkException failed) {
            throw away(stream, failed);
        }
    }

    /** DynamoDB Local calls every region {@code ddblocal}, which no mapping may: its streams are known by their label. */
    private static String servicesArn(DynamoDbStreamsClient client, TableStream stream) {
        try {
            return client.describeStream(
                            request -> request.streamArn(stream.arn()).limit(1))
                    .streamDescription()
                    .streamArn();
        } catch (ResourceNotFoundException unknown) {
            return client.listStreams(request -> request.tableName(stream.table())).streams().stream()
                    .filter(other -> other.streamLabel().equals(stream.label()))
                    .map(Stream::streamArn)
                    .findFirst()
                    .orElseThrow(() -> new SourceRefusedException("Stream not found: " + stream.arn()));
        }
    }

    @Override
    public List<Shard> shards() {
        return asked(() -> {
            List<Shard> shards = new ArrayList<>();
            DescribeStreamRequest.Builder next = DescribeStreamRequest.builder().streamArn(servicesArn);
            while (true) {
                StreamDescription page = client.describeStream(next.build()).streamDescription();
                if (page == null || !page.hasShards()) {
                    throw away("an answer without a list of shards");
                }
                page.shards()
                        .forEach(shard -> shards.add(new Shard(
                                shard.shardId(),
                                Optional.ofNullable(shard.parentShardId())
                                        .map(Set::of)
                                        .orElse(Set.of()))));
                if (page.lastEvaluatedShardId() == null) {
                    return shards;
                }
                next.exclusiveStartShardId(page.lastEvaluatedShardId());
            }
        });
    }

    /** And its times are rounded. */
    @Override
    public boolean beginsAtTimes() {
        return false;
    }

    @Override
    public Optional<Instant> time() {
        return asked(() -> ServiceTime.of(
                client.describeStream(request -> request.streamArn(servicesArn).limit(1))
                        .sdkHttpResponse()
                        .firstMatchingHeader(ServiceTime.HEADER)));
    }

    @Override
    public String iterator(String shard, ShardStart start) {
        GetShardIteratorRequest.Builder request = GetShardIteratorRequest.builder()
                .streamArn(servicesArn)
                .shardId(shard)
                .shardIteratorType(ShardIteratorType.TRIM_HORIZON);
        if (start instanceof ShardStart.After after) {
            request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER).sequenceNumber(after.position());
        }
        return asked(() -> {
            try {
                return client.getShardIterator(request.build()).shardIterator();
            } catch (TrimmedDataAccessException trimmed) {
                return client.getShardIterator(request.shardIteratorType(ShardIteratorType.TRIM_HORIZON)
                                .sequenceNumber(null)
                                .build())
                        .shardIterator();
            }
        });
    }

    @Override
    public ShardPage read(String shard, String iterator, int most) {
        return asked(() -> {
            try {
                GetRecordsResponse page = client.getRecords(
                        request -> request.shardIterator(iterator).limit(Math.min(most, MOST_AT_ONCE)));
                if (!page.hasRecords()) { // Without a place to go on it would be the end of the shard.
                    throw away("an answer without a list of records");
                }
                return new ShardPage(
                        page.records().stream()
                                .map(record -> ChangeRecord.of(record, stream))
                                .toList(),
                        false,
                        Optional.ofNullable(page.nextShardIterator()));
            } catch (ExpiredIteratorException | TrimmedDataAccessException late) {
                throw new IteratorExpiredException(shard);
            }
        });
    }

    @Override
    public String batchMember() {
        return "DDBStreamBatchInfo";
    }

    @Override
    public ObjectNode batchInfo(String shard, List<SourceRecord> batch) {
        SourceRecord first = batch.get(0);
        SourceRecord last = batch.get(batch.size() - 1);
        return JsonNodeFactory.instance
                .objectNode()
                .put("shardId", shard)
                .put("startSequenceNumber", first.position())
                .put("endSequenceNumber", last.position())
                .put("approximateArrivalOfFirstRecord", time(first.arrived()))
                .put("approximateArrivalOfLastRecord", time(last.arrived()))
                .put("batchSize", batch.size())
                .put("streamArn", stream.arn());
    }

    /** Without milliseconds, which the service does not have. */
    private static String time(Instant arrived) {
        return arrived.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private <T> T asked(Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException failed) {
            throw away(stream, failed);
        }
    }

    private SourceAwayException away(String nonsense) {
        return new SourceAwayException("The stream " + stream.arn() + " does not answer as it should: " + nonsense);
    }

    private static SourceAwayException away(TableStream stream, SdkException failed) {
        return new SourceAwayException(
                "The stream " + stream.arn() + " does not answer: " + failed.getMessage(), failed);
    }

    @Override
    public void close() {
        client.close();
    }
}
