package io.millrace.runtime.kinesisapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.stream.HashRange;
import io.millrace.runtime.stream.NewRecord;
import io.millrace.runtime.stream.Placed;
import io.millrace.runtime.stream.ReadPage;
import io.millrace.runtime.stream.ReadStart;
import io.millrace.runtime.stream.SequenceNumber;
import io.millrace.runtime.stream.ShardReader;
import io.millrace.runtime.stream.StreamDefinition;
import io.millrace.runtime.stream.StreamRecord;
import io.millrace.runtime.stream.Streams;
import io.vertx.core.Future;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Puts and gets records. */
final class Records {
    private static final int LONGEST_KEY = 256;
    private static final int LARGEST_RECORD = 1 << 20;
    private static final int MOST_RECORDS = 500;
    private static final int LARGEST_BATCH = 5 << 20;
    private static final int LARGEST_PAGE = 10_000;
    private static final Pattern HASH = Pattern.compile("0|([1-9]\\d{0,38})");
    private static final String NO_ENCRYPTION = "NONE";

    private final Streams streams;
    private final StreamArns arns;
    private final Refusals refusals;
    private final Readers readers;
    private final ReadBudget budget = new ReadBudget();
    private final InstantSource clock;

    Records(Streams streams, StreamArns arns, Refusals refusals, Readers readers, InstantSource clock) {
        this.streams = streams;
        this.arns = arns;
        this.refusals = refusals;
        this.readers = readers;
        this.clock = clock;
    }

    /** A SequenceNumberForOrdering needs nothing done: whatever is put after an answer has a greater number. */
    Future<ObjectNode> put(Members request) {
        request.only("StreamName", "StreamARN", "Data", "PartitionKey", "ExplicitHashKey", "SequenceNumberForOrdering");
        request.text("SequenceNumberForOrdering").ifPresent(Records::sequence);
        return streams.put(arns.stream(request), record(request))
                .map(placed -> placed(placed).put("EncryptionType", NO_ENCRYPTION));
    }

    Future<ObjectNode> putAll(Members request) {
        request.only("StreamName", "StreamARN", "Records");
        String stream = arns.stream(request);
        if (streams.find(stream).isEmpty()) {
            throw refusals.unknownStream(stream);
        }
        List<Members> entries = request.objects("Records");
        if (entries.isEmpty() || entries.size() > MOST_RECORDS) {
            throw Refusal.validation("Records has " + entries.size() + " members, expected 1 to " + MOST_RECORDS);
        }
        List<NewRecord> records = entries.stream()
                .map(entry -> record(entry.only("Data", "PartitionKey", "ExplicitHashKey")))
                .toList();
        long size = records.stream().mapToLong(Records::size).sum();
        if (size > LARGEST_BATCH) {
            throw Refusal.argument("Records are " + size + " bytes, expected at most " + LARGEST_BATCH);
        }
        List<Future<Placed>> placing = streams.putAll(stream, records);
        return Future.join(placing).transform(ended -> Future.succeededFuture(results(placing)));
    }

    private ObjectNode results(List<Future<Placed>> placing) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("FailedRecordCount", (int)
                placing.stream().filter(Future::failed).count());
        ArrayNode records = body.putArray("Records");
        placing.forEach(each -> records.add(each.succeeded() ? placed(each.result()) : failed(each.cause())));
        return body.put("EncryptionType", NO_ENCRYPTION);
    }

    private static ObjectNode placed(Placed placed) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("ShardId", placed.shardId())
                .put("SequenceNumber", placed.sequence().toString());
    }

    private ObjectNode failed(Throwable why) {
        Refusal refusal = refusals.of(why, "");
        boolean isTooFast = refusal.type().equals("ProvisionedThroughputExceededException");
        return JsonNodeFactory.instance
                .objectNode()
                .put("ErrorCode", isTooFast ? refusal.type() : "InternalFailure")
                .put("ErrorMessage", refusal.text());
    }

    private static NewRecord record(Members entry) {
        byte[] data = entry.requireBytes("Data");
        String key = entry.requireText("PartitionKey");
        if (key.isEmpty() || key.codePointCount(0, key.length()) > LONGEST_KEY) {
            throw Refusal.validation("PartitionKey has " + key.codePointCount(0, key.length())
                    + " characters, expected 1 to " + LONGEST_KEY);
        }
        NewRecord record = new NewRecord(key, entry.text("ExplicitHashKey").map(Records::hash), data);
        if (size(record) > LARGEST_RECORD) {
            throw Refusal.validation(
                    "Data and PartitionKey are " + size(record) + " bytes, expected at most " + LARGEST_RECORD);
        }
        return record;
    }

    private static long size(NewRecord record) {
        return (long) record.data().length + record.partitionKey().getBytes(StandardCharsets.UTF_8).length;
    }

    private static BigInteger hash(String text) {
        if (HASH.matcher(text).matches() && HashRange.holds(new BigInteger(text))) {
            return new BigInteger(text);
        }
        throw Refusal.argument("ExplicitHashKey is '" + text + "', expected 0 to 2^128 - 1");
    }

    private static SequenceNumber sequence(String text) {
        return SequenceNumber.parse(text)
                .orElseThrow(() -> Refusal.argument("sequence number is '" + text + "', expected one of an answer"));
    }

    Future<ObjectNode> iterator(Members request) {
        request.only("StreamName", "StreamARN", "ShardId", "ShardIteratorType", "StartingSequenceNumber", "Timestamp");
        String name = arns.stream(request);
        StreamDefinition stream = streams.find(name).orElseThrow(() -> refusals.unknownStream(name));
        String shard = request.requireText("ShardId");
        requireShard(stream, shard);
        return streams.reader(name, shard, start(request)).map(reader -> {
            ReadStart.Resume place = reader.place();
            reader.close();
            return JsonNodeFactory.instance
                    .objectNode()
                    .put(
                            "ShardIterator",
                            ShardIterator.of(stream, shard, place, clock.instant())
                                    .text());
        });
    }

    private void requireShard(StreamDefinition stream, String shard) {
        if (streams.shards(stream.name()).stream().noneMatch(known -> known.id().equals(shard))) {
            throw Refusal.unknown("Shard " + shard + " in stream " + stream.name() + " under account "
                    + arns.identity().account() + " does not exist");
        }
    }

    private static ReadStart start(Members request) {
        String type = request.requireText("ShardIteratorType");
        Optional<String> number = request.text("StartingSequenceNumber");
        Optional<Instant> time = request.instant("Timestamp");
        boolean isByNumber = type.endsWith("_SEQUENCE_NUMBER");
        if (number.isPresent() != isByNumber) {
            throw Refusal.argument("StartingSequenceNumber goes with AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER, "
                    + "ShardIteratorType is " + type);
        }
        if (time.isPresent() != type.equals("AT_TIMESTAMP")) {
            throw Refusal.argument("Timestamp goes with AT_TIMESTAMP, ShardIteratorType is " + type);
        }
        return switch (type) {
            case "TRIM_HORIZON" -> new ReadStart.TrimHorizon();
            case "LATEST" -> new ReadStart.Latest();
            case "AT_TIMESTAMP" -> new ReadStart.AtTimestamp(time.orElseThrow());
            case "AFTER_SEQUENCE_NUMBER" -> new ReadStart.After(sequence(number.orElseThrow()));
            case "AT_SEQUENCE_NUMBER" -> new ReadStart.At(sequence(number.orElseThrow()));
            default ->
                throw Refusal.validation("1 validation error detected: Value '" + type + "' at 'shardIteratorType' "
                        + "failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER,"
                        + " LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]");
        };
    }

    Future<ObjectNode> get(Members request) {
        request.only("ShardIterator", "Limit", "StreamARN");
        int most = request.integer("Limit", LARGEST_PAGE, 1, LARGEST_PAGE);
        ShardIterator iterator = ShardIterator.parse(request.requireText("ShardIterator"), clock.instant());
        if (request.text("StreamARN").isPresent() && !arns.stream(request).equals(iterator.stream())) {
            throw Refusal.argument("ShardIterator is one of stream '" + iterator.stream() + "', not of StreamARN");
        }
        boolean isThere = streams.find(iterator.stream())
                .filter(stream -> stream.created().equals(iterator.created()))
                .isPresent();
        if (!isThere) {
            throw refusals.unknownStream(iterator.stream());
        }
        long share = budget.take()
                .orElseThrow(() -> Refusal.tooFast("more reads are under way than memory is for, try again"));
        request.answered().onComplete(done -> budget.giveBack(share));
        return readers.take(iterator.key())
                .map(Future::succeededFuture)
                .orElseGet(() -> streams.reader(iterator.stream(), iterator.shardId(), iterator.place()))
                .compose(reader -> reader.read(most, share, Duration.ZERO)
                        .onFailure(failed -> reader.close())
                        .map(page -> page(request.wire(), iterator, reader, page)));
    }

    private ObjectNode page(Wire wire, ShardIterator iterator, ShardReader reader, ReadPage page) {
        ShardIterator next = iterator.movedTo(page.next(), clock.instant());
        if (page.behind().isZero()) {
            reader.close();
        } else {
            readers.park(next.key(), reader);
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode records = body.putArray("Records");
        page.records().forEach(record -> records.add(record(wire, record)));
        return body.put("NextShardIterator", next.text())
                .put("MillisBehindLatest", page.behind().toMillis());
    }

    private static ObjectNode record(Wire wire, StreamRecord record) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("SequenceNumber", record.sequence().toString())
                .put("PartitionKey", record.partitionKey())
                .put("Data", record.data())
                .put("EncryptionType", NO_ENCRYPTION);
        json.set("ApproximateArrivalTimestamp", wire.time(record.arrived()));
        return json;
    }

    /** The stream that an iterator is of, for who may read it. */
    static String streamOf(String iterator, Instant now) {
        return ShardIterator.parse(iterator, now).stream();
    }
}
