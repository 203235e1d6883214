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
import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionName;
import io.millrace.deadletter.DeadLetters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DlqCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WIDTH = 120;

    private static EmbeddedBroker broker;
    private static Vertx vertx;
    private static BrokerConnection publishing;
    private static BrokerConnection managing;
    private static Publisher publisher;
    private static BrokerManagement management;
    private static int functions;
    private String function = "";

    @BeforeAll
    static void start(@TempDir Path directory) {
        broker = EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failure -> {});
        vertx = Vertx.vertx();
        publishing = connection("test");
        managing = connection("test-management");
        publisher = new Publisher(publishing);
        management = new BrokerManagement(managing);
    }

    private static BrokerConnection connection(String name) {
        BrokerConnection opened =
                await(BrokerConnection.open(vertx, BrokerAddress.local("127.0.0.1", broker.amqpPort()), name));
        await(opened.firstUp());
        return opened;
    }

    @AfterAll
    static void stop() {
        await(Future.join(publishing.close(), managing.close()));
        await(vertx.close());
        broker.close();
    }

    @BeforeEach
    void createFunction() {
        function = "orders" + functions++;
        Topology.queues(new FunctionName(function)).forEach(queue -> await(management.createQueue(queue)));
    }

    private static <T> T await(Future<T> future) {
        return future.timeout(60, TimeUnit.SECONDS)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private void die(String id, String errorType, byte[] body) {
        DeadLetterMessages.Cause cause = new DeadLetterMessages.Cause(
                "RetriesExhausted",
                errorType,
                "none left\n\u001b[31mred",
                errorType + "\n\tat shop.Orders.handle(Orders.java:7)",
                3,
                function,
                "1",
                id);
        var event = EventMessages.durable(id, body, Map.of("shop", "north"), null);
        String dlq = "dlq." + function;
        await(publisher.send(
                dlq, DeadLetterMessages.of(event, cause, "invoke." + function, dlq, System.currentTimeMillis())));
    }

    private static long depth(String queue) {
        return await(management.findQueue(queue)).orElseThrow().messages();
    }

    private record Ran(int exitCode, String out, String err) {
        List<JsonNode> json() throws IOException {
            List<JsonNode> lines = new ArrayList<>();
            for (String line : out.lines().toList()) {
                lines.add(JSON.readTree(line));
            }
            return lines;
        }
    }

    private static Ran dlq(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--broker";
        all[arguments.length + 1] = "amqp://127.0.0.1:" + broker.amqpPort();
        return run(all);
    }

    private static Ran run(String... arguments) {
        return run(Duration.ofSeconds(60), arguments);
    }

    private static Ran run(Duration patience, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                DlqCommand.commandLine(address -> DeadLetters.connect(address, patience), new Terminal(false, WIDTH));
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
        int exitCode = line.execute(arguments);
        return new Ran(exitCode, out.toString(), err.toString());
    }

    @Test
    void list_shows_the_queues_with_their_depths() {
        // Given
        die("id-1", "shop.OutOfStock", "{}".getBytes(UTF_8));
        // When
        Ran ran = dlq("list");
        // Then
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).containsPattern("(?m)^1 +0 +0 +\\d+ s +\\d+(\\.\\d)? +dlq\\." + function + "( |$)");
    }

    @Test
    void list_of_a_function_shows_its_dead_letters_within_the_terminal() {
        // Given
        die("id-1", "shop.OutOfStock", "{\"order\":1}".repeat(50).getBytes(UTF_8));
        // When
        Ran ran = dlq("ls", function);
        // Then
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out())
                .contains("id-1")
                .contains("shop.OutOfStock")
                .contains("none left")
                .contains(" 3 ");
        assertThat(ran.out().lines()).allMatch(line -> line.length() <= WIDTH);
        assertThat(ran.out()).doesNotContain("\u001b");
    }

    @Test
    void list_keeps_its_limit_and_says_so() {
        // Given
        for (int i = 0; i < 5; i++) {
            die("id-" + i, "shop.OutOfStock", "{}".getBytes(UTF_8));
        }
        // When
        Ran ran = dlq("list", function, "--limit", "2");
        // Then
        assertThat(ran.out()).contains("id-1").doesNotContain("id-2").contains("2 of 5 shown");
    }

    @Test
    void json_of_list_parses_and_has_the_body_of_text_and_of_bytes() throws IOException {
        // Given
        die("text", "shop.OutOfStock", "{\"order\":\"ü\"}".getBytes(UTF_8));
        die("bytes", "shop.OutOfStock", new byte[] {(byte) 0xff, 0, 1});
        // When
        List<JsonNode> letters = dlq("list", function, "--json").json();
        // Then
        assertThat(letters).hasSize(2);
        assertThat(letters.get(0).path("body").asText()).isEqualTo("{\"order\":\"ü\"}");
        assertThat(letters.get(0).path("cause").path("errorType").asText()).isEqualTo("shop.OutOfStock");
        assertThat(letters.get(0).path("cause").path("attempts").asInt()).isEqualTo(3);
        assertThat(letters.get(1).path("bodyEncoding").asText()).isEqualTo("base64");
        assertThat(letters.get(1).path("body").binaryValue()).isEqualTo(new byte[] {(byte) 0xff, 0, 1});
    }

    @Test
    void groups_count_by_cause() throws IOException {
        // Given
        die("a", "shop.OutOfStock", "{}".getBytes(UTF_8));
        die("b", "shop.OutOfStock", "{}".getBytes(UTF_8));
        die("c", "shop.Unpaid", "{}".getBytes(UTF_8));
        // When
        Ran table = dlq("groups", function);
        List<JsonNode> json = dlq("groups", function, "--json").json();
        // Then
        assertThat(table.out()).containsPattern("(?m)^2 .*shop\\.OutOfStock").containsPattern("(?m)^1 .*shop\\.Unpaid");
        assertThat(json).extracting(group -> group.path("count").asInt()).containsExactly(2, 1);
    }

    @Test
    void show_prints_cause_trace_headers_and_the_body_as_readable_json() {
        // Given
        die("id-1", "shop.OutOfStock", "{\"order\":{\"id\":7}}".getBytes(UTF_8));
        // When
        Ran ran = dlq("show", function, "id-1");
        // Then
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out())
                .contains("RetriesExhausted")
                .contains("at shop.Orders.handle(Orders.java:7)")
                .contains("  shop: north")
                .contains("message-id: id-1")
                .contains("    \"id\" : 7")
                .doesNotContain("\u001b");
    }

    @Test
    void show_of_what_the_broker_gave_up_says_that_no_cause_is_recorded() {
        // Given
        await(publisher.send("dlq." + function, EventMessages.durable("id-1", "{}".getBytes(UTF_8), Map.of(), null)));
        // When
        Ran ran = dlq("show", function, "id-1");
        // Then
        assertThat(ran.out()).contains("no cause recorded");
    }

    @Test
    void show_of_an_unknown_id_says_so() {
        // When
        Ran ran = dlq("show", function, "nobody");
        // Then
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(ran.err().strip()).isEqualTo("show: no dead letter 'nobody' in dlq." + function);
    }

    @Test
    void redrive_moves_and_says_how_many() {
        // Given
        die("a", "shop.OutOfStock", "{}".getBytes(UTF_8));
        die("b", "shop.Unpaid", "{}".getBytes(UTF_8));
        die("c", "shop.Unpaid", "{}".getBytes(UTF_8));
        // When
        Ran byCause = dlq("redrive", function, "--cause", "shop.Unpaid", "--max", "1", "--yes");
        Ran byId = dlq("redrive", function, "--id", "a", "--yes");
        // Then
        assertThat(byCause.out().strip())
                .isEqualTo("Redrove 1 dead letter of dlq." + function + " to invoke." + function);
        assertThat(byId.exitCode()).isZero();
        assertThat(depth("dlq." + function)).isEqualTo(1);
        assertThat(depth("invoke." + function)).isEqualTo(2);
    }

    @Test
    void redrive_with_dry_run_moves_nothing() throws IOException {
        // Given
        die("a", "shop.OutOfStock", "{}".getBytes(UTF_8));
        // When
        Ran ran = dlq("redrive", function, "--dry-run");
        JsonNode json = dlq("redrive", function, "--dry-run", "--json").json().get(0);
        // Then
        assertThat(ran.out().strip())
                .isEqualTo("Would redrive 1 dead letter of dlq." + function + " to invoke." + function);
        assertThat(json.path("planned").asInt()).isEqualTo(1);
        assertThat(json.path("moved").asInt()).isZero();
        assertThat(depth("dlq." + function)).isEqualTo(1);
    }

    @Test
    void redrive_without_anybody_to_ask_moves_nothing() {
        // Given
        die("a", "shop.OutOfStock", "{}".getBytes(UTF_8));
        // When
        Ran ran = dlq("redrive", function);
        // Then
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(ran.err()).contains("--yes").contains("--dry-run");
        assertThat(depth("dlq." + function)).isEqualTo(1);
    }

    @Test
    void redrive_of_nothing_says_so() {
        // When
        Ran ran = dlq("redrive", function, "--yes");
        // Then
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(ran.err().strip()).isEqualTo("redrive: no dead letters to redrive in dlq." + function);
    }

    @Test
    void an_unknown_queue_is_named() {
        // When
        Ran ran = dlq("list", "nobody");
        // Then
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(ran.err()).contains("neither queue 'dlq.nobody' nor queue 'nobody' exists");
        assertThat(ran.err().lines()).hasSize(1);
    }

    @Test
    void a_broker_that_is_away_is_named_and_ends_with_69() throws IOException {
        // Given
        try (Socket nobodyListens = new Socket()) { // It keeps the port from others.
            nobodyListens.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = nobodyListens.getLocalPort();
            // When
            Ran ran = run(Duration.ofSeconds(3), "list", "--broker", "amqp://127.0.0.1:" + port);
            // Then
            assertThat(ran.exitCode()).isEqualTo(ExitCodes.BROKER_UNAVAILABLE);
            assertThat(ran.err()).contains("amqp://127.0.0.1:" + port + " is not reachable");
            assertThat(ran.err().lines()).hasSize(1);
        }
    }

    @Test
    void a_wrong_command_line_ends_with_2() {
        // When, Then
        assertThat(run("list", "--broker", "http://there").exitCode()).isEqualTo(ExitCodes.USAGE);
        assertThat(run("list", "--broker", "http://there").err()).contains("expected amqp://host:port");
        assertThat(dlq("redrive", function, "--max", "0", "--yes").exitCode()).isEqualTo(ExitCodes.USAGE);
        assertThat(run().exitCode()).isEqualTo(ExitCodes.USAGE);
    }
}
