package io.millrace.deadletter.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.connection.BrokerConnection;
import io.millrace.broker.delivery.Publisher;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.envelope.DeadLetterMessages;
import io.millrace.broker.envelope.EventMessages;
import io.millrace.broker.management.BrokerManagement;
import io.millrace.broker.topology.QueueSpec;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.ExportedDeadLetter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the looking verbs say of one queue, which is not one of the platform's and which nobody changes. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LookingCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String QUEUE = "graveyard";

    private static EmbeddedBroker broker;
    private static Vertx vertx;
    private static BrokerConnection connection;
    private static BrokerConnection managing;

    @BeforeAll
    static void start(@TempDir Path directory) {
        broker = EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failure -> {});
        vertx = Vertx.vertx();
        connection = connection("test");
        managing = connection("test-management");
        BrokerManagement management = new BrokerManagement(managing);
        await(management.createQueue(new QueueSpec(QUEUE, true)));
        await(management.createQueue(new QueueSpec("jobs", true)));
        await(management.operation(
                "broker", "addAddressSettings", "jobs", "{\"deadLetterAddress\":\"" + QUEUE + "\"}"));
        die("a", "shop.OutOfStock", "order 17 has none left", "{\"order\":1}".getBytes(UTF_8));
        die("b", "shop.OutOfStock", "order 18 has none left", "{\"order\":2}".getBytes(UTF_8));
        die("c", "shop.Unpaid", "order 19 is not paid", new byte[] {(byte) 0xff, 0, 1});
    }

    private static BrokerConnection connection(String name) {
        BrokerConnection opened =
                await(BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", broker.amqpPort()), name));
        await(opened.firstUp());
        return opened;
    }

    private static void die(String id, String errorType, String message, byte[] body) {
        DeadLetterMessages.Cause cause = new DeadLetterMessages.Cause(
                "RetriesExhausted",
                errorType,
                message,
                errorType + "\n\tat shop.Orders.handle(Orders.java:7)",
                3,
                "orders",
                "4",
                id);
        Message event = EventMessages.durable(id, body, Map.of("shop", "north"), null);
        await(new Publisher(connection)
                .send(QUEUE, DeadLetterMessages.of(event, cause, "jobs", QUEUE, System.currentTimeMillis())));
    }

    @AfterAll
    static void stop() {
        await(Future.join(connection.close(), managing.close()));
        await(vertx.close());
        broker.close();
    }

    private static <T> T await(Future<T> future) {
        return future.timeout(30, TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private record Ran(int exitCode, String out, String err) {
        List<JsonNode> json() {
            return out.lines().map(Ran::parsed).toList();
        }

        private static JsonNode parsed(String line) {
            try {
                return JSON.readTree(line);
            } catch (IOException notJson) {
                throw new AssertionError(line, notJson);
            }
        }
    }

    private static Ran dlq(String... arguments) {
        return dlq(120, arguments);
    }

    private static Ran dlq(int width, String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--broker";
        all[arguments.length + 1] = "amqp://127.0.0.1:" + broker.amqpPort();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = DlqCommand.commandLine(
                address -> DeadLetters.connect(address, Duration.ofSeconds(30)), new Terminal(false, width));
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
        int exitCode = line.execute(all);
        return new Ran(exitCode, out.toString(), err.toString());
    }

    @Test
    void list_finds_a_queue_that_only_the_settings_name() {
        // When
        Ran table = dlq("ls");
        Ran json = dlq("ls", "--json");
        // Then
        assertThat(table.out()).containsPattern("(?m)^3 +0 +0 .* graveyard +jobs$");
        assertThat(json.json())
                .filteredOn(row -> row.path("queue").asText().equals(QUEUE))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.path("visible").asInt()).isEqualTo(3);
                    assertThat(row.path("origins").get(0).asText()).isEqualTo("jobs");
                    assertThat(row.path("oldest").isTextual()).isTrue();
                });
    }

    @Test
    void filters_choose_and_nothing_chosen_ends_with_1() {
        // When
        Ran some = dlq("list", QUEUE, "--error", "shop.Out*", "--json-path", "/order=2", "--since", "1h", "--json");
        Ran none = dlq("list", QUEUE, "--header", "shop=south");
        // Then
        assertThat(some.exitCode()).isZero();
        assertThat(some.json())
                .singleElement()
                .extracting(letter -> letter.path("id").asText())
                .isEqualTo("b");
        assertThat(none.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(none.out()).contains("No dead letters in graveyard match");
    }

    @Test
    void groups_have_a_fingerprint_by_which_they_are_chosen() {
        // When
        List<JsonNode> groups = dlq("groups", QUEUE, "--json").json();
        String first = groups.get(0).path("key").asText();
        Ran members = dlq("list", QUEUE, "--group", first, "--json");
        Ran table = dlq(160, "groups", QUEUE);
        Ran narrow = dlq(80, "groups", QUEUE);
        // Then
        assertThat(groups).extracting(group -> group.path("count").asInt()).containsExactly(2, 1);
        assertThat(members.json())
                .extracting(letter -> letter.path("id").asText())
                .containsExactly("a", "b");
        assertThat(table.out()).contains(first).contains("█").contains("all 3 looked at");
        assertThat(narrow.out()).contains(first);
        assertThat(table.out().lines()).allMatch(line -> line.length() <= 160);
        assertThat(narrow.out().lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void groups_are_made_by_what_by_says() {
        assertThat(dlq("groups", QUEUE, "--by", "version", "--json").json())
                .extracting(group -> group.path("key").asText() + group.path("count"))
                .containsExactly("43");
        assertThat(dlq("groups", QUEUE, "--by", "header:shop").out()).containsPattern("(?m)^3 .* north ");
        assertThat(dlq("groups", QUEUE, "--by", "json:/order", "--top", "1").out())
                .contains("2 more are in other groups");
    }

    @Test
    void peek_shows_the_beginnings() {
        // When
        Ran ran = dlq("peek", QUEUE, "-n", "1");
        Ran last = dlq("peek", QUEUE, "--id", "c");
        // Then
        assertThat(ran.out())
                .contains("order 17 has none left")
                .contains("\"order\" : 1")
                .doesNotContain("order 18");
        assertThat(last.out()).contains(" binary");
    }

    @Test
    void show_tells_the_lineage_in_order() {
        // When
        Ran ran = dlq("show", QUEUE, "c");
        // Then
        assertThat(ran.out())
                .containsPattern("(?s)published .*attempts +3 of version 4.*died .* in jobs.*group +[0-9a-f]{12}");
        assertThat(ran.out()).contains("body (binary, 3 bytes)").contains("00000000  ff 00 01");
    }

    @Test
    void export_writes_what_can_be_read_back_and_overwrites_only_when_told_to(@TempDir Path directory)
            throws IOException {
        // Given
        Path file = directory.resolve("dead.jsonl");
        // When
        Ran first = dlq("export", QUEUE, "--to", file.toString());
        Ran again = dlq("export", QUEUE, "--to", file.toString(), "--id", "a");
        List<String> kept = Files.readAllLines(file);
        Ran forced = dlq("export", QUEUE, "--to", file.toString(), "--force", "--id", "a");
        Ran piped = dlq("export", QUEUE);
        // Then
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.out()).contains("Exported 3 dead letters of graveyard").contains("all 3 looked at");
        assertThat(again.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(again.err()).contains("exists").contains("--force");
        assertThat(kept)
                .hasSize(3)
                .extracting(line -> ExportedDeadLetter.parse(line).letter().id())
                .containsExactly("a", "b", "c");
        assertThat(ExportedDeadLetter.parse(kept.get(2)).letter().body()).isEqualTo(new byte[] {(byte) 0xff, 0, 1});
        assertThat(forced.exitCode()).isZero();
        assertThat(Files.readAllLines(file)).containsExactly(kept.get(0));
        assertThat(piped.out().lines()).containsExactlyElementsOf(kept);
        assertThat(piped.err()).contains("Exported 3");
    }

    @Test
    void what_an_option_does_not_take_ends_with_2_and_is_named() {
        assertThat(dlq("list", QUEUE, "--since", "yesterday").err()).contains("--since is 'yesterday', expected");
        assertThat(dlq("list", QUEUE, "--json-path", "order=7").err()).contains("--json-path is 'order'");
        assertThat(dlq("list", QUEUE, "--header", "shop").err()).contains("--header is 'shop', expected NAME=VALUE");
        assertThat(dlq("groups", QUEUE, "--by", "colour").err()).contains("--by is 'colour'");
        assertThat(dlq("list", "--id", "a").exitCode()).isEqualTo(ExitCodes.USAGE);
        assertThat(dlq("export", QUEUE, "--force").exitCode()).isEqualTo(ExitCodes.USAGE);
        assertThat(dlq("list", QUEUE, "--since", "2026-11-21", "--until", "2026-11-21T09:30")
                        .exitCode())
                .isNotEqualTo(ExitCodes.USAGE);
    }

    @Test
    void a_selector_that_the_broker_does_not_understand_is_told_in_one_line() {
        // When
        Ran ran = dlq("list", QUEUE, "--where", "shop = = 7");
        // Then
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(ran.err().lines()).hasSize(1);
    }
}
