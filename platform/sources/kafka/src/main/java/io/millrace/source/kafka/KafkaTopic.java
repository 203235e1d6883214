package io.millrace.source.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.eventsource.EventFrame;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** One topic for one mapping. Partitions are called as functions know them: {@code topic-3}. */
final class KafkaTopic implements PartitionedSource {
    private static final DateTimeFormatter MILLISECONDS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final TopicDescription topic;
    private final Lanes lanes;
    private final GroupMember member;

    KafkaTopic(TopicDescription topic, Lanes lanes, GroupMember member) {
        this.topic = topic;
        this.lanes = lanes;
        this.member = member;
    }

    @Override
    public Set<String> partitions() {
        return lanes.told().stream()
                .map(partition -> topic.topic() + "-" + partition)
                .collect(Collectors.toSet());
    }

    @Override
    public List<SourceRecord> read(String partition, int most, Duration patience) throws InterruptedException {
        OptionalInt number = RecordPosition.partition(topic.topic(), partition);
        if (number.isEmpty()) {
            return List.of();
        }
        var taken = lanes.take(number.getAsInt(), most, patience);
        if (lanes.isPausedWithRoom(number.getAsInt())) {
            member.wake();
        }
        return taken.stream().map(RecordJson::of).toList();
    }

    @Override
    public boolean commit(String partition, String position) {
        RecordPosition read = RecordPosition.parse(position);
        OptionalInt number = RecordPosition.partition(topic.topic(), partition);
        return number.isPresent() && number.getAsInt() == read.partition() && member.commit(read);
    }

    @Override
    public OptionalLong behind(String partition) {
        OptionalInt number = RecordPosition.partition(topic.topic(), partition);
        return number.isPresent() ? lanes.behind(number.getAsInt()) : OptionalLong.empty();
    }

    @Override
    public EventFrame frame(String partition) {
        String servers = TextNode.valueOf(topic.bootstrapServers()).toString();
        return new EventFrame(
                "{\"eventSource\":\"SelfManagedKafka\",\"bootstrapServers\":" + servers + ",\"records\":{\"" + partition
                        + "\":[",
                "]}}");
    }

    @Override
    public Optional<String> position(JsonNode itemIdentifier) {
        return RecordPosition.of(topic.topic(), itemIdentifier).map(RecordPosition::toString);
    }

    @Override
    public String retriesExhausted() {
        return "RetriesExhausted";
    }

    /** Offset and time are those of the first record; the payload is the event (lambda-semantics 3.8). */
    @Override
    public BatchInfo batchInfo(String partition, List<SourceRecord> batch) {
        EventFrame frame = frame(partition);
        long payload = bytes(frame.head()) + bytes(frame.tail()) + batch.size() - 1;
        for (SourceRecord record : batch) {
            payload += record.json().length;
        }
        SourceRecord first = batch.get(0);
        ObjectNode info = JsonNodeFactory.instance.objectNode();
        info.put("batchSize", batch.size());
        info.put("bootstrapServers", topic.bootstrapServers());
        info.put("payloadSize", payload);
        info.putObject("recordInfo")
                .put(
                        "offset",
                        Long.toString(RecordPosition.parse(first.position()).offset()))
                .put("timestamp", MILLISECONDS.format(first.arrived()));
        return new BatchInfo("KafkaBatchInfo", info, true);
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public void close() {
        member.close();
    }
}
