package io.millrace.source.kinesis;

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
import io.millrace.source.shards.TimeNotReachedException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** One stream. Thread-safe. */
final class KinesisLog implements ShardedLog {
    private static final DateTimeFormatter MILLISECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final KinesisClient client;
    private final StreamName stream;

    /** @param client closed with this */
    KinesisLog(KinesisClient client, StreamName stream) {
        this.client = client;
        this.stream = stream;
    }

    /** @throws SourceRefusedException if there is no such stream, in the words of lambda-semantics 3.4 */
    void requireThere() {
        try {
            client.describeStreamSummary(request -> request.streamName(stream.name()));
        } catch (ResourceNotFoundException unknown) {
            throw new SourceRefusedException("Stream not found: " + stream.arn());
        } catch (SdkException failed) {
            throw away(failed);
        }
    }

    @Override
    public List<Shard> shards() {
        return asked(() -> {
            List<Shard> shards = new ArrayList<>();
            ListShardsRequest next =
                    ListShardsRequest.builder().streamName(stream.name()).build();
            while (true) {
                ListShardsResponse page = client.listShards(next);
                if (!page.hasShards()) {
                    throw away("an answer without a list of shards");
                }
                page.shards().forEach(shard -> shards.add(shard(shard)));
                if (page.nextToken() == null) {
                    return shards;
                }
                next = ListShardsRequest.builder().nextToken(page.nextToken()).build();
            }
        });
    }

    private static Shard shard(software.amazon.awssdk.services.kinesis.model.Shard shard) {
        return new Shard(
                shard.shardId(),
                Stream.of(
                                Optional.ofNullable(shard.parentShardId()),
                                Optional.ofNullable(shard.adjacentParentShardId()))
                        .flatMap(Optional::stream)
                        .collect(Collectors.toSet()));
    }

    @Override
    public boolean beginsAtTimes() {
        return true;
    }

    @Override
    public Optional<Instant> time() {
        return asked(() -> ServiceTime.of(client.describeStreamSummary(request -> request.streamName(stream.name()))
                .sdkHttpResponse()
                .firstMatchingHeader(ServiceTime.HEADER)));
    }

    @Override
    public String iterator(String shard, ShardStart start) {
        GetShardIteratorRequest.Builder request = GetShardIteratorRequest.builder()
                .streamName(stream.name())
                .shardId(shard)
                .shardIteratorType(ShardIteratorType.TRIM_HORIZON);
        if (start instanceof ShardStart.Since since) {
            request.shardIteratorType(ShardIteratorType.AT_TIMESTAMP).timestamp(since.time());
        } else if (start instanceof ShardStart.After after) {
            request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER).startingSequenceNumber(after.position());
        }
        try {
            return asked(() -> client.getShardIterator(request.build()).shardIterator());
        } catch (InvalidArgumentException refused) {
            if (start instanceof ShardStart.Since) { // It exists, sooner or later; the oldest record is not meant.
                throw new TimeNotReachedException(String.valueOf(refused.getMessage()));
            }
            return asked(() -> client.getShardIterator(request.shardIteratorType(ShardIteratorType.TRIM_HORIZON)
                            .startingSequenceNumber(null)
                            .build())
                    .shardIterator());
        }
    }

    @Override
    public ShardPage read(String shard, String iterator, int most) {
        return asked(() -> {
            try {
                GetRecordsResponse page = client.getRecords(
                        request -> request.shardIterator(iterator).limit(most));
                if (!page.hasRecords()) { // Without a place to go on it would be the end of the shard.
                    throw away("an answer without a list of records");
                }
                return new ShardPage(
                        page.records().stream()
                                .map(record -> KinesisRecord.of(record, shard, stream))
                                .toList(),
                        page.millisBehindLatest() != null && page.millisBehindLatest() > 0,
                        Optional.ofNullable(page.nextShardIterator()));
            } catch (ExpiredIteratorException late) {
                throw new IteratorExpiredException(shard);
            }
        });
    }

    @Override
    public String batchMember() {
        return "KinesisBatchInfo";
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

    private static String time(Instant arrived) {
        return MILLISECONDS.format(arrived);
    }

    private <T> T asked(Supplier<T> request) {
        try {
            return request.get();
        } catch (InvalidArgumentException meantForTheCaller) {
            throw meantForTheCaller;
        } catch (SdkException failed) {
            throw away(failed);
        }
    }

    private SourceAwayException away(String nonsense) {
        return new SourceAwayException("The stream " + stream.arn() + " does not answer as it should: " + nonsense);
    }

    private SourceAwayException away(SdkException failed) {
        return new SourceAwayException(
                "The stream " + stream.arn() + " does not answer: " + failed.getMessage(), failed);
    }

    @Override
    public void close() {
        client.close();
    }
}
