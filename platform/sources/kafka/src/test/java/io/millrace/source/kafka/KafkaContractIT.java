package io.millrace.source.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.PartitionedSource.BatchInfo;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.contract.LogUnderTest;
import io.millrace.eventsource.contract.LogUnderTest.Written;
import io.millrace.eventsource.contract.PartitionedSourceContract;
import io.millrace.eventsource.contract.RealServer;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(KafkaBroker.Shared.class)
class KafkaContractIT extends PartitionedSourceContract {
    private final KafkaBroker broker;

    KafkaContractIT(KafkaBroker broker) {
        this.broker = broker;
    }

    @Override
    protected EventSourceKind kind() {
        return ServiceLoader.load(EventSourceKind.class).findFirst().orElseThrow();
    }

    @Override
    protected LogUnderTest create(int partitions) {
        return broker.create(partitions);
    }

    @Override
    protected SourceDescription nowhere() {
        return KafkaBroker.described(
                broker.bootstrapServer(), "nowhere", "g", StartingPosition.LATEST, Optional.empty(), List.of());
    }

    @Override
    protected String nowhereByName() {
        return "Topic nowhere does not exist at " + broker.bootstrapServer();
    }

    @Override
    protected String valueIn(JsonNode record) {
        return decoded(record.path("value"));
    }

    private static String decoded(JsonNode base64) {
        return new String(Base64.getDecoder().decode(base64.textValue()), UTF_8);
    }

    @Override
    protected void checkRecord(JsonNode record, String partition, Written written) {
        assertThat(record.fieldNames())
                .toIterable()
                .containsExactly(
                        "topic", "partition", "offset", "timestamp", "timestampType", "key", "value", "headers");
        assertThat(record.path("topic").textValue() + "-"
                        + record.path("partition").intValue())
                .isEqualTo(partition);
        assertThat(record.path("offset").isIntegralNumber()).isTrue();
        assertThat(record.path("timestamp").longValue()).isPositive();
        assertThat(record.path("timestampType").textValue()).isEqualTo("CREATE_TIME");
        assertThat(decoded(record.path("key"))).isEqualTo(written.key());
        assertThat(decoded(record.path("value"))).isEqualTo(written.value());
        assertThat(record.path("headers")).isEqualTo(JsonNodeFactory.instance.arrayNode());
    }

    @Override
    protected void checkEvent(JsonNode event, String partition, int records) {
        assertThat(event.fieldNames()).toIterable().containsExactly("eventSource", "bootstrapServers", "records");
        assertThat(event.path("eventSource").textValue()).isEqualTo("SelfManagedKafka");
        assertThat(event.path("bootstrapServers").textValue()).isEqualTo(broker.bootstrapServer());
        assertThat(event.path("records").fieldNames()).toIterable().containsExactly(partition);
        assertThat(event.path("records").path(partition)).hasSize(records);
    }

    @Override
    protected void checkBatchInfo(BatchInfo info, String partition, List<SourceRecord> batch) {
        assertThat(info.member()).isEqualTo("KafkaBatchInfo");
        assertThat(info.holdsPayload()).isTrue();
        assertThat(info.info().path("batchSize").intValue()).isEqualTo(batch.size());
        assertThat(info.info().path("bootstrapServers").textValue()).isEqualTo(broker.bootstrapServer());
        int records = batch.stream().mapToInt(record -> record.json().length).sum();
        assertThat(info.info().path("payloadSize").intValue()).isBetween(records, records + 500);
        assertThat(info.info().path("recordInfo").path("offset").textValue()).isEqualTo("0");
        assertThat(info.info().path("recordInfo").path("timestamp").textValue())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    }

    @Override
    protected JsonNode itemIdentifier(String partition, JsonNode record) {
        return JsonNodeFactory.instance.objectNode().put("partition", partition).set("offset", record.path("offset"));
    }

    @Override
    protected Optional<String> valueForFilters() {
        return Optional.of("/value");
    }

    @Override
    protected Optional<RealServer> server() {
        return Optional.of(broker);
    }
}
