package io.millrace.source.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.eventsource.EventSourceKind;
import io.millrace.eventsource.PartitionedSource.BatchInfo;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.contract.LogUnderTest;
import io.millrace.eventsource.contract.PartitionedSourceContract;
import io.millrace.eventsource.contract.RealServer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Against a real server, which is killed to go away. */
class PostgresContractIT extends PartitionedSourceContract {
    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = new PostgresServer();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @Override
    protected EventSourceKind kind() {
        return new PostgresSourceKind();
    }

    @Override
    protected LogUnderTest create(int partitions) {
        return server.create();
    }

    @Override
    protected SourceDescription nowhere() {
        server.create(); // So that the reader may look around.
        return server.describe("nowhere", StartingPosition.TRIM_HORIZON, Optional.empty());
    }

    @Override
    protected String nowhereByName() {
        return "The event source " + PostgresServer.arn("nowhere") + ": PostgreSQL at "
                + server.url().substring("jdbc:postgresql://".length()) + " has no such outbox: run outbox.sql there,"
                + " and SELECT millrace.create_outbox('nowhere')";
    }

    @Override
    protected String valueIn(JsonNode record) {
        return record.at("/postgresql/NewImage/value").toString();
    }

    @Override
    protected void checkRecord(JsonNode record, String partition, LogUnderTest.Written written) {
        assertThat(valueIn(record)).isEqualTo(written.value());
        JsonNode change = record.path("postgresql");
        assertThat(record.path("eventID").textValue())
                .isEqualTo(partition + ":" + change.path("SequenceNumber").textValue());
        assertThat(record.path("eventName").textValue()).isEqualTo("INSERT");
        assertThat(record.path("eventVersion").textValue()).isEqualTo("1.0");
        assertThat(record.path("eventSource").textValue()).isEqualTo("millrace:postgresql");
        assertThat(record.path("awsRegion").textValue()).isEqualTo("eu-central-1");
        assertThat(record.path("eventSourceARN").textValue()).isEqualTo(PostgresServer.arn(partition));
        assertThat(change.path("ApproximateCreationDateTime").doubleValue()).isBetween(1.7e9, 1e11);
        assertThat(change.path("Schema").textValue()).isEqualTo("public");
        assertThat(change.path("Table").textValue()).isEqualTo(partition);
        assertThat(change.path("TransactionId").textValue()).matches("\\d+");
        assertThat(change.path("SequenceNumber").textValue()).matches("\\d+");
        assertThat(change.path("SizeBytes").intValue())
                .isGreaterThan(written.value().length());
        assertThat(change.path("Keys").toString()).isEqualTo("{\"key\":\"" + written.key() + "\"}");
        assertThat(change.path("NewImage").path("key").textValue()).isEqualTo(written.key());
        assertThat(change.has("OldImage")).isFalse();
        assertThat(change.size()).isEqualTo(8);
    }

    @Override
    protected void checkEvent(JsonNode event, String partition, int records) {
        assertThat(event.size()).isEqualTo(1);
        assertThat(event.path("Records")).hasSize(records);
    }

    @Override
    protected void checkBatchInfo(BatchInfo info, String partition, List<SourceRecord> batch) {
        assertThat(info.member()).isEqualTo("PostgreSQLBatchInfo");
        assertThat(info.holdsPayload()).isFalse();
        assertThat(info.info().path("outbox").textValue()).isEqualTo(partition);
        assertThat(info.info().path("startSequenceNumber").textValue())
                .isEqualTo(batch.get(0).position());
        assertThat(info.info().path("endSequenceNumber").textValue())
                .isEqualTo(batch.get(batch.size() - 1).position());
        assertThat(info.info().path("approximateArrivalOfFirstRecord").textValue())
                .isEqualTo(batch.get(0).arrived().toString());
        assertThat(info.info().path("batchSize").intValue()).isEqualTo(batch.size());
        assertThat(info.info().path("eventSourceArn").textValue()).isEqualTo(PostgresServer.arn(partition));
    }

    @Override
    protected JsonNode itemIdentifier(String partition, JsonNode record) {
        return record.at("/postgresql/SequenceNumber");
    }

    @Override
    protected Optional<String> valueForFilters() {
        return Optional.of("/postgresql/NewImage/value");
    }

    @Override
    protected Optional<RealServer> server() {
        return Optional.of(server);
    }

    /** An outbox is one. */
    @Override
    protected int partitions() {
        return 1;
    }

    /** Most with an old image too, which makes 32 MB. */
    @Override
    protected int many() {
        return 4_000;
    }

    @Override
    protected long memory() {
        return 16L << 20;
    }
}
