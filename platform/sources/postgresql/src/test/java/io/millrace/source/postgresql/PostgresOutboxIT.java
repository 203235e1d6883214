package io.millrace.source.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.eventsource.PartitionedSource;
import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceDescription;
import io.millrace.eventsource.SourceDescription.AccessConfiguration;
import io.millrace.eventsource.SourceDescription.StartingPosition;
import io.millrace.eventsource.SourceRecord;
import io.millrace.eventsource.SourceRefusedException;
import io.millrace.eventsource.contract.KeptCheckpoints;
import io.millrace.eventsource.contract.LogUnderTest.Written;
import io.millrace.source.postgresql.PostgresServer.Outbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is particular to outboxes of PostgreSQL, against a real server. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PostgresOutboxIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration MOMENT = Duration.ofMillis(300);

    private static PostgresServer server;

    private final ListAppender<ILoggingEvent> warnings = new ListAppender<>();
    private final KeptCheckpoints kept = new KeptCheckpoints();
    private Outbox outbox;

    @BeforeAll
    static void start() {
        server = new PostgresServer();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @BeforeEach
    void listen() {
        outbox = server.create();
        warnings.start();
        ((Logger) LoggerFactory.getLogger(Journey.class)).addAppender(warnings);
    }

    @AfterEach
    void listenNoMore() {
        ((Logger) LoggerFactory.getLogger(Journey.class)).detachAppender(warnings);
    }

    @Test
    void changes_of_transactions_that_commit_out_of_order_come_all_and_in_the_order_they_were_made() throws Exception {
        try (PartitionedSource source = open();
                Connection slow = begin();
                Connection fast = begin()) {
            // Given
            write(slow, "a", 1);
            List<SourceRecord> early = new ArrayList<>(source.read(outbox.name, 10, MOMENT));
            write(fast, "b", 2);
            fast.commit();

            // When
            early.addAll(source.read(outbox.name, 10, MOMENT));
            slow.commit();

            // Then
            assertThat(early).isEmpty(); // A reader that took b would have passed over a.
            assertThat(numbers(read(source, 2))).containsExactly(1, 2);
        }
    }

    @Test
    void changes_of_a_row_come_in_their_order_also_when_the_ids_of_their_transactions_are_in_another()
            throws Exception {
        try (PartitionedSource source = open();
                Connection lowId = begin();
                Connection bystander = begin();
                Connection highId = begin()) {
            // Given
            takeId(lowId);
            takeId(bystander);
            write(highId, "row", 1);
            highId.commit();
            write(lowId, "row", 2);
            lowId.commit();

            // When
            List<SourceRecord> early = source.read(outbox.name, 10, MOMENT);
            bystander.commit();

            // Then
            assertThat(early).isEmpty(); // All ids below the bystander's are over; in their order 2 would come first.
            assertThat(numbers(read(source, 2))).containsExactly(1, 2);
        }
    }

    @Test
    void many_writers_lose_nothing_and_each_row_keeps_its_order() throws Exception {
        // Given
        int writers = 6;
        int rows = 8;
        int transactions = 50;
        outbox.write(IntStream.range(0, rows)
                .mapToObj(row -> new Written("row-" + row, "{\"number\":0}"))
                .toList());
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        Map<String, List<Integer>> byRow = new TreeMap<>();
        try (PartitionedSource source = open()) {
            // When
            List<Future<?>> ends = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                Random random = new Random(writer);
                ends.add(threads.submit(() -> {
                    try (Connection connection = begin()) {
                        for (int transaction = 0; transaction < transactions; transaction++) {
                            incrementSome(connection, random, rows);
                        }
                    }
                    return null;
                }));
            }
            while (!ends.stream().allMatch(Future::isDone)) {
                collect(source.read(outbox.name, 7, MOMENT), byRow);
            }
            for (Future<?> end : ends) {
                end.get();
            }
            Map<String, Integer> written = last();
            int all = written.values().stream().mapToInt(last -> last + 1).sum();
            await().atMost(LONG).until(() -> {
                collect(source.read(outbox.name, 100, MOMENT), byRow);
                return byRow.values().stream().mapToInt(List::size).sum() >= all;
            });

            // Then
            assertThat(written).hasSize(rows);
            written.forEach((row, last) -> assertThat(byRow.get(row))
                    .as(row)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(0, last).boxed().toList()));
        } finally {
            threads.shutdownNow();
        }
    }

    /** A transaction of several steps, of which every fifth is given up. */
    private void incrementSome(Connection connection, Random random, int rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (random.nextBoolean()) {
                takeId(connection);
            }
            int first = random.nextInt(rows);
            for (int row = first; row < Math.min(rows, first + 3); row++) { // In one order, or they would deadlock.
                statement.execute("UPDATE " + outbox.table + " SET value = json_build_object('number',"
                        + " (value ->> 'number')::int + 1) WHERE key = 'row-" + row + "'");
            }
            if (random.nextInt(5) == 0) {
                connection.rollback();
            } else {
                connection.commit();
            }
        }
    }

    private Map<String, Integer> last() throws SQLException {
        Map<String, Integer> last = new TreeMap<>();
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT key, value ->> 'number' FROM " + outbox.table)) {
            while (row.next()) {
                last.put(row.getString(1), row.getInt(2));
            }
        }
        return last;
    }

    private static void collect(List<SourceRecord> records, Map<String, List<Integer>> byRow) {
        records.forEach(record -> byRow.computeIfAbsent(
                        json(record).at("/postgresql/Keys/key").textValue(), first -> new ArrayList<>())
                .add(number(record)));
    }

    @Test
    void a_transaction_of_ten_thousand_rows_comes_whole_and_in_its_order() throws Exception {
        // Given
        server.execute("INSERT INTO " + outbox.table
                + " SELECT 'key-' || n, json_build_object('number', n) FROM generate_series(1, 10000) n");

        // When
        List<SourceRecord> records = new ArrayList<>();
        try (PartitionedSource source = open()) {
            await().atMost(LONG).until(() -> {
                records.addAll(source.read(outbox.name, 1_000, MOMENT));
                return records.size() >= 10_000;
            });
        }

        // Then
        assertThat(numbers(records))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 10_000).boxed().toList());
    }

    @Test
    void a_write_wakes_a_reader_that_would_not_look_for_itself() throws Exception {
        SourceDescription description = outbox.describe("one", StartingPosition.TRIM_HORIZON, Optional.empty());
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (PartitionedSource source =
                (PartitionedSource) new PostgresSourceKind(Duration.ofHours(1)).open(description, kept)) {
            // Given
            assertThat(source.read(outbox.name, 10, MOMENT)).isEmpty();
            Future<List<SourceRecord>> reading = thread.submit(() -> source.read(outbox.name, 10, LONG));

            // When
            outbox.write("a", 1);

            // Then
            assertThat(numbers(reading.get())).containsExactly(1);
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void rows_of_any_table_are_shown_before_and_after_their_change() throws Exception {
        // Given
        String table = "public.\"" + outbox.name + " Ünits\"";
        server.execute(
                "CREATE TABLE " + table + " (tenant text, id int, price numeric, at timestamptz, tags text[],"
                        + " PRIMARY KEY (tenant, id)) PARTITION BY LIST (tenant)",
                "CREATE TABLE \"" + outbox.name + "_t\" PARTITION OF " + table + " DEFAULT",
                "SELECT millrace.capture('" + table + "', '" + outbox.name + "')",
                "SELECT millrace.capture('" + table + "', '" + outbox.name + "')", // Once more changes nothing.
                "INSERT INTO " + table + " VALUES ('t', 1, 12.50, '2026-01-02 03:04:05Z', '{x,\"y z\"}')",
                "UPDATE " + table + " SET price = 12.50",
                "UPDATE " + table + " SET price = 1.0",
                "UPDATE " + table + " SET id = 2",
                "DELETE FROM " + table,
                "SELECT millrace.stop_capture('" + table + "', '" + outbox.name + "')",
                "INSERT INTO " + table + " VALUES ('t', 3)",
                "INSERT INTO millrace." + outbox.name + " (table_name) VALUES ('order_placed')");

        // When
        List<SourceRecord> changes;
        try (PartitionedSource source = open()) {
            changes = read(source, 6);
        }

        // Then
        assertThat(changes)
                .extracting(change -> json(change).path("eventName").textValue())
                .containsExactly("INSERT", "MODIFY", "REMOVE", "INSERT", "REMOVE", "INSERT");
        JsonNode inserted = json(changes.get(0)).path("postgresql");
        assertThat(inserted.path("Table").textValue()).isEqualTo(outbox.name + " Ünits");
        assertThat(text(changes.get(0)))
                .contains("\"Keys\":{\"id\": 1, \"tenant\": \"t\"}", "\"price\":12.50", "\"tags\":[\"x\",\"y z\"]");
        assertThat(json(changes.get(1)).at("/postgresql/OldImage/price").asText())
                .isEqualTo("12.5");
        assertThat(json(changes.get(1)).at("/postgresql/NewImage/price").asText())
                .isEqualTo("1.0");
        assertThat(json(changes.get(2)).at("/postgresql/Keys/id").intValue()).isEqualTo(1);
        assertThat(json(changes.get(2)).path("postgresql").has("NewImage")).isFalse();
        assertThat(json(changes.get(3)).at("/postgresql/Keys/id").intValue()).isEqualTo(2);
        assertThat(json(changes.get(3)).path("postgresql").has("OldImage")).isFalse();
        assertThat(json(changes.get(5)).at("/postgresql/Table").textValue()).isEqualTo("order_placed");
        assertThat(json(changes.get(5)).at("/postgresql/Keys").size()).isZero();
    }

    @Test
    void whatever_is_in_an_outbox_is_passed_on_and_nothing_stops_what_is_behind_it() throws Exception {
        // Given
        String insert = "INSERT INTO millrace." + outbox.name;
        server.execute(
                insert + " (table_name, keys) VALUES ('', '[null]')",
                insert + " (table_name, keys, new_image) VALUES ('\"\\\n\u0001', '\"k\"', ' 1e999999 ')",
                insert + " (table_name, new_image) VALUES ('\uD83D\uDC08', '{\"a\":1,\"a\":\"\\u0000\\ud83d\"}')",
                insert + " (table_name, new_image) VALUES ('deep', (repeat('[', 3000) || repeat(']', 3000))::json)",
                insert + " (table_name, new_image) VALUES ('long', ('{\"n\":' || repeat('9', 5000) || '}')::json)");
        outbox.write("a", 1);

        // When
        List<SourceRecord> changes;
        try (PartitionedSource source = open()) {
            changes = read(source, 6);
        }

        // Then
        assertThat(changes)
                .extracting(change ->
                        change.filterView().get().at("/postgresql/Table").textValue())
                .containsExactly("", "\"\\\n\u0001", "\uD83D\uDC08", "deep", "long", outbox.name);
        assertThat(text(changes.get(1))).contains("\"NewImage\": 1e999999 ");
        assertThat(text(changes.get(3))).contains("[".repeat(3000) + "]".repeat(3000));
        assertThat(text(changes.get(4))).contains("9".repeat(5000));
        assertThat(changes.get(3).filterView().get().path("postgresql").has("NewImage"))
                .isFalse();
        assertThat(number(changes.get(5))).isEqualTo(1);
    }

    @Test
    void a_reader_that_comes_after_its_changes_were_pruned_goes_on_with_the_oldest_and_says_so() throws Exception {
        // Given
        IntStream.rangeClosed(1, 10).forEach(number -> outbox.write("a", number));
        try (PartitionedSource source = open()) {
            List<SourceRecord> read = read(source, 10);
            source.commit(outbox.name, read.get(3).position());
        }
        server.execute("UPDATE millrace." + outbox.name + " SET made = made - interval '25 hours' WHERE number <= 6");

        // When
        List<Integer> rest;
        try (PartitionedSource source = open()) {
            rest = numbers(read(source, 4));
        }
        List<String> said = List.copyOf(said());
        try (PartitionedSource another = open(new KeptCheckpoints(), StartingPosition.TRIM_HORIZON)) {
            // Then
            assertThat(numbers(read(another, 4))).containsExactly(7, 8, 9, 10);
        }
        assertThat(rest).containsExactly(7, 8, 9, 10);
        assertThat(said)
                .containsExactly(
                        "changes were pruned before they were read; reading goes on with the oldest that is left"
                                + " [source=\"" + PostgresServer.arn(outbox.name)
                                + "\", position=\"4\", pruned=\"6\"]");
        assertThat(said()).hasSize(1); // Who begins with the oldest misses nothing.
    }

    @Test
    void an_outbox_that_is_made_anew_is_read_from_its_beginning() throws Exception {
        try (PartitionedSource source = open()) {
            // Given
            IntStream.rangeClosed(1, 5).forEach(number -> outbox.write("a", number));
            read(source, 5);
            source.commit(outbox.name, "5");

            // When
            server.execute("SELECT millrace.drop_outbox('" + outbox.name + "')");
            outbox.write("a", 6); // Nothing is captured, and nothing stops the write.
            await().atMost(LONG).untilAsserted(() -> assertThatThrownBy(() -> source.read(outbox.name, 10, MOMENT))
                    .isInstanceOf(SourceAwayException.class)
                    .hasMessageContaining("has no such outbox"));
            server.execute(
                    "SELECT millrace.create_outbox('" + outbox.name + "')",
                    "SELECT millrace.grant_reader('" + outbox.name + "', '" + PostgresServer.READER + "')",
                    "SELECT millrace.capture('" + outbox.table + "', '" + outbox.name + "')");
            outbox.write("a", 7);

            // Then
            assertThat(numbers(read(source, 1))).containsExactly(7);
            assertThat(said()).hasSize(1).allSatisfy(line -> assertThat(line).contains("outbox ends before what"));
        }
    }

    @Test
    void who_may_not_read_is_told_why() {
        SourceDescription good = outbox.describe("one", StartingPosition.TRIM_HORIZON, Optional.empty());
        String at = "The event source " + PostgresServer.arn(outbox.name) + ": PostgreSQL at "
                + server.url().substring("jdbc:postgresql://".length()) + " ";
        assertRefused(
                with(good, server.access(server.secret("wrong"))),
                at + "does not let this user in (FATAL: password authentication failed for user \"reader\").");
        assertRefused(
                with(good, server.access(server.secret("x").replace("/postgres\"", "/nowhere?user=postgres\""))),
                "FATAL: database \"nowhere\" does not exist");
        server.execute("REVOKE SELECT ON millrace." + outbox.name + " FROM " + PostgresServer.READER);
        assertRefused(
                good, at + "does not let this user read the outbox: run SELECT millrace.grant_reader('" + outbox.name);
        assertRefused(
                with(good, server.access("{\"url\": \"jdbc:postgresql://h:port/?password=secret\"}")),
                "expected as its \"url\" jdbc:postgresql://host:port/database.");
        assertRefused(with(good, server.access("{}")), "expected a member \"url\" there.");
        assertRefused(
                with(good, new AccessConfiguration("BASIC_AUTH", "env:NO_SUCH_VARIABLE")),
                "URI env:NO_SUCH_VARIABLE: the server's environment has no such variable.");
        assertRefused(
                SourceDescription.ofArn(PostgresServer.arn(outbox.name)),
                "SourceAccessConfigurations of types []: expected one of type BASIC_AUTH whose URI is env:NAME");
        assertRefused(
                SourceDescription.ofArn("arn:aws:postgresql:eu-central-1:000000000000:shop/Robert'); DROP TABLE"),
                "expected arn:aws:postgresql:<region>:<account>:<database>/<outbox>.");
    }

    private static void assertRefused(SourceDescription description, String message) {
        assertThatThrownBy(() -> new PostgresSourceKind()
                        .open(description, new KeptCheckpoints())
                        .close())
                .isInstanceOf(SourceRefusedException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("secret\"");
    }

    private static SourceDescription with(SourceDescription description, AccessConfiguration access) {
        return new SourceDescription(
                description.arn(),
                List.of(),
                List.of(),
                List.of(),
                description.startingPosition(),
                Optional.empty(),
                List.of(access),
                Optional.empty());
    }

    private PartitionedSource open() {
        return open(kept, StartingPosition.TRIM_HORIZON);
    }

    private PartitionedSource open(KeptCheckpoints checkpoints, StartingPosition from) {
        return (PartitionedSource)
                new PostgresSourceKind().open(outbox.describe("one", from, Optional.<Instant>empty()), checkpoints);
    }

    private static Connection begin() throws SQLException {
        Connection connection = server.connect();
        connection.setAutoCommit(false);
        return connection;
    }

    private static void takeId(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_current_xact_id()");
        }
    }

    private void write(Connection connection, String key, int number) throws SQLException {
        outbox.write(connection, List.of(new Written(key, "{\"number\":" + number + "}")));
    }

    private List<SourceRecord> read(PartitionedSource source, int count) throws InterruptedException {
        List<SourceRecord> records = new ArrayList<>();
        await().atMost(LONG)
                .ignoreExceptionsInstanceOf(SourceAwayException.class)
                .until(() -> {
                    records.addAll(source.read(outbox.name, 100, MOMENT));
                    return records.size() >= count;
                });
        records.addAll(source.read(outbox.name, 100, MOMENT));
        assertThat(records).hasSize(count);
        return records;
    }

    private List<String> said() {
        return warnings.list.stream()
                .map(event -> event.getFormattedMessage() + " " + event.getKeyValuePairs())
                .toList();
    }

    private static List<Integer> numbers(List<SourceRecord> records) {
        return records.stream().map(PostgresOutboxIT::number).toList();
    }

    private static int number(SourceRecord record) {
        return json(record).at("/postgresql/NewImage/value/number").intValue();
    }

    private static String text(SourceRecord record) {
        return new String(record.json(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static JsonNode json(SourceRecord record) {
        try {
            return JSON.readTree(record.json());
        } catch (IOException notJson) {
            throw new UncheckedIOException("a record is no JSON", notJson);
        }
    }
}
