package io.millrace.deadletter.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.broker.connection.BrokerAddress;
import io.millrace.broker.embedded.EmbeddedBroker;
import io.millrace.broker.embedded.EmbeddedBrokerOptions;
import io.millrace.broker.envelope.EventProperties;
import io.millrace.deadletter.DeadLetter;
import io.millrace.deadletter.DeadLetters;
import io.millrace.deadletter.Edit;
import io.millrace.deadletter.JobRecord;
import io.millrace.deadletter.JobRequest;
import io.millrace.deadletter.Pace;
import io.millrace.deadletter.Selection;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The verbs that change something, each as a person types it, against a real broker. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ActingCommandsTest {
    private static final Pattern JOB = Pattern.compile("job (r-[0-9a-f]{8})");

    private static EmbeddedBroker broker;
    private static DeadFunction functions;
    private static DeadLetters letters;
    private static int count;
    private String function = "";

    @TempDir
    Path files;

    @BeforeAll
    static void start(@TempDir Path directory) {
        broker = EmbeddedBroker.start(EmbeddedBrokerOptions.of(directory).withFreePorts(), failure -> {});
        BrokerAddress address = BrokerAddress.local("127.0.0.1", broker.amqpPort());
        functions = new DeadFunction(address);
        letters = DeadLetters.connect(address, Duration.ofSeconds(60));
    }

    @AfterAll
    static void stop() {
        letters.close();
        functions.close();
        broker.close();
    }

    @BeforeEach
    void name() {
        function = "acting" + count++;
    }

    private record Ran(int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper()
                    .readTree(out.lines().reduce((first, last) -> last).orElse("{}"));
        }

        String job() {
            Matcher matcher = JOB.matcher(err);
            assertThat(matcher.find()).as(err).isTrue();
            return matcher.group(1);
        }
    }

    private static Ran dlq(String... arguments) {
        return dlq(new Terminal(false, 120), arguments);
    }

    private static Ran dlq(Terminal terminal, String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--broker";
        all[arguments.length + 1] = "amqp://127.0.0.1:" + broker.amqpPort();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line =
                DlqCommand.commandLine(address -> DeadLetters.connect(address, Duration.ofSeconds(60)), terminal);
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
        int exitCode = line.execute(all);
        return new Ran(exitCode, out.toString(), err.toString());
    }

    private List<DeadLetter> in(String queue) {
        return letters.browse(letters.queue(queue), Selection.ALL, 1_000);
    }

    @Test
    void a_job_is_listed_shown_and_undone_by_the_id_that_redrive_told() throws IOException {
        // Given
        functions.die(function, 5);
        Ran redriven = dlq("redrive", function, "--yes", "--reason", "INC-812");
        String job = redriven.job();
        // When
        Ran list = dlq("jobs", "ls");
        JsonNode shown = dlq("jobs", "show", job, "--json").json();
        Ran undone = dlq("jobs", "undo", job, "--yes");
        // Then
        assertThat(redriven.out().strip())
                .isEqualTo("Redrove 5 dead letters of dlq." + function + " to invoke." + function);
        assertThat(list.out()).containsPattern("(?m)^" + job + " +COMPLETED .* 5 +5 +0 +0 .*INC-812");
        assertThat(shown.path("moved").asInt()).isEqualTo(5);
        assertThat(shown.path("waiting").asInt()).isEqualTo(5);
        assertThat(shown.path("by").asText()).isNotEmpty();
        assertThat(undone.out().strip()).isEqualTo("Brought back 5 dead letters to dlq." + function);
        assertThat(in(function)).hasSize(5);
        assertThat(dlq("jobs", "resume", job).err()).contains("is COMPLETED since");
        assertThat(dlq("jobs", "resume", job).exitCode()).isEqualTo(ExitCodes.REFUSED);
    }

    @Test
    void a_slow_job_tells_a_line_a_second_and_its_last_one_is_json_if_asked() throws IOException {
        // Given
        functions.die(function, 30);
        // When
        Ran ran = dlq("redrive", function, "--yes", "--rate", "20/s");
        functions.die(function, 3);
        Ran json = dlq("redrive", function, "--yes", "--json");
        // Then
        assertThat(ran.err()).containsPattern("redrive: \\d+ of 30 moved");
        assertThat(json.json().path("state").asText()).isEqualTo("COMPLETED");
        assertThat(json.json().path("moved").asInt()).isEqualTo(3);
    }

    @Test
    void a_person_sees_a_bar_that_fits_the_terminal() {
        // Given
        functions.die(function, 10);
        // When
        Ran ran = dlq(new Terminal(true, 60), "redrive", function, "--yes", "--rate", "20/s");
        // Then
        assertThat(ran.out()).containsPattern("\r\\[#{2,20}-*\\] \\d+ of 10 moved");
        assertThat(ran.out().replace('\r', '\n').lines().filter(line -> line.startsWith("[")))
                .isNotEmpty()
                .allMatch(line -> line.length() < 60);
        assertThat(ran.out()).endsWith("Redrove 10 dead letters of dlq." + function + " to invoke." + function + "\n");
    }

    @Test
    void what_preflight_refuses_is_one_line_and_ends_with_4() {
        // Given
        functions.die(function, 2);
        // When
        Ran ran = dlq("redrive", function, "--to", "nowhere", "--yes");
        // Then
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.PREFLIGHT);
        assertThat(ran.err().lines()).hasSize(1);
        assertThat(ran.err()).startsWith("redrive: queue 'nowhere' does not exist, 2 dead letters");
        assertThat(in(function)).hasSize(2);
    }

    @Test
    void wrong_options_end_with_2_and_name_what_was_expected() {
        assertThat(dlq("redrive", function, "--rate", "fast", "--yes").err())
                .contains("--rate is 'fast', expected messages per second");
        assertThat(dlq("redrive", function, "--stop-if-returning", "120%", "--yes")
                        .err())
                .contains("--stop-if-returning is 120%, expected 0% to 100%");
        assertThat(dlq("redrive", function, "--canary", "0", "--yes").exitCode())
                .isEqualTo(ExitCodes.USAGE);
        assertThat(dlq("jobs").exitCode()).isEqualTo(ExitCodes.USAGE);
        assertThat(dlq("edit", function, "id-0", "--set-header", "x", "--yes").exitCode())
                .isEqualTo(ExitCodes.USAGE);
    }

    @Test
    void an_edited_dead_letter_is_replaced_by_one_that_names_it() throws IOException {
        // Given
        functions.die(function, 2, i -> "{\"order\":{\"id\":" + i + ",\"currency\":\"USD\"}}");
        String[] edit = {"edit", function, "id-1", "--set-json", "/order/currency=EUR", "--set-header", "shop=south"};
        // When
        Ran dry = dlq(plus(edit, "--dry-run"));
        Ran done = dlq(plus(edit, "--yes"));
        // Then
        assertThat(dry.out()).contains("-     \"currency\" : \"USD\"").contains("+     \"currency\" : \"EUR\"");
        assertThat(dry.out()).contains("+ property shop: south");
        assertThat(done.exitCode()).as(done.err()).isZero();
        assertThat(in(function)).extracting(DeadLetter::id).containsExactly("id-0");
        DeadLetter edited = in("invoke." + function).get(0);
        assertThat(new String(edited.body(), UTF_8)).isEqualTo("{\"order\":{\"id\":1,\"currency\":\"EUR\"}}");
        assertThat(edited.properties()).containsEntry(Edit.EDITED_FROM, "id-1").containsEntry("shop", "south");
        assertThat(edited.cause()).isEmpty();
        assertThat(edited.id()).isNotEqualTo("id-1");
        assertThat(done.out().strip())
                .endsWith("Replaced id-1 of dlq." + function + " by " + edited.id() + " in invoke." + function);
    }

    private static String[] plus(String[] arguments, String more) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = more;
        return all;
    }

    @Test
    void an_edit_that_cannot_be_done_changes_nothing() {
        // Given
        functions.die(function, 1);
        // When, Then
        assertThat(dlq("edit", function, "id-0", "--set-json", "/a=1", "--yes").err())
                .contains("is no JSON; nothing was changed");
        assertThat(dlq("edit", function, "id-0", "--set-header", "_AMQ_ORIG_QUEUE=x", "--yes")
                        .err())
                .contains("is the broker's or ours");
        assertThat(dlq("edit", function, "nobody", "--set-header", "a=b", "--yes")
                        .err())
                .contains("no dead letter 'nobody'");
        assertThat(in(function)).hasSize(1);
    }

    @Test
    void the_editor_gets_the_body_in_a_file_of_its_owner_only_and_what_it_saves_is_shown_and_sent() throws IOException {
        // Given
        functions.die(function, 1, i -> "{\"order\":7,\"currency\":\"USD\"}");
        Path seen = files.resolve("seen");
        Path script = Files.writeString(
                files.resolve("editor.sh"),
                "stat -c '%a %n' \"$1\" > " + seen + "; sed -i s/USD/EUR/ \"$1\"; echo >> \"$1\"\n");
        // When
        Ran ran = dlq(new Terminal(true, 120, "sh " + script), "edit", function, "id-0", "--yes");
        // Then
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("-   \"currency\" : \"USD\"").contains("+   \"currency\" : \"EUR\"");
        assertThat(new String(in("invoke." + function).get(0).body(), UTF_8)).contains("EUR");
        String[] file = Files.readString(seen).strip().split(" ", 2);
        assertThat(file[0]).isEqualTo("600");
        assertThat(Path.of(file[1])).doesNotExist();
    }

    @Test
    void an_editor_that_changes_nothing_breaks_the_json_or_fails_changes_nothing() throws IOException {
        // Given
        functions.die(function, 1, i -> "{\"order\":7}");
        Path broken = Files.writeString(files.resolve("broken"), "{\"order\":");
        // When, Then
        assertEditorRefused("true", "nothing was changed in the editor");
        assertEditorRefused("cp " + broken, "what the editor saved is no JSON");
        assertEditorRefused("false", "editor 'false' ended with 1, expected 0");
        assertThat(in(function)).hasSize(1);
        assertThat(in("invoke." + function)).isEmpty();
    }

    private void assertEditorRefused(String editor, String why) {
        Ran ran = dlq(new Terminal(true, 120, editor), "edit", function, "id-0", "--yes");
        assertThat(ran.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(ran.err()).contains(why);
    }

    @Test
    void watch_follows_a_job_that_another_process_drives_to_its_end() throws Exception {
        // Given
        functions.die(function, 40);
        CompletableFuture<String> id = new CompletableFuture<>();
        JobRequest slow = JobRequest.all("ana").at(new Pace(40, 0, 0, -1));
        CompletableFuture<JobRecord> driven = CompletableFuture.supplyAsync(
                () -> letters.jobs().start(letters.queue(function), slow, step -> id.complete(step.id())));
        // When
        Ran watched = dlq("jobs", "watch", id.get(60, TimeUnit.SECONDS));
        // Then
        assertThat(watched.exitCode()).as(watched.out() + watched.err()).isZero();
        assertThat(watched.out()).containsPattern("state +COMPLETED").containsPattern("moved +40 of 40");
        assertThat(driven.get(60, TimeUnit.SECONDS).moved()).isEqualTo(40);
    }

    @Test
    void what_purge_deleted_import_brings_back_once_and_redrive_moves_on() throws IOException {
        // Given
        functions.die(function, 7);
        List<DeadLetter> before = in(function);
        Path file = files.resolve("purged.jsonl");
        // When
        Ran wrong = dlq("purge", function, "--confirm", function);
        Ran purged = dlq("purge", function, "--confirm", "dlq." + function, "--export", file.toString());
        assertThat(in(function)).isEmpty();
        Ran imported = dlq("import", function, file.toString());
        Ran again = dlq("import", function, file.toString());
        // Then
        assertThat(wrong.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(wrong.err()).contains("'" + function + "' is not 'dlq." + function + "'; nothing was deleted");
        assertThat(purged.out()).startsWith("Deleted 7 dead letters of dlq." + function + "; they are in ");
        assertThat(Files.readAllLines(file)).hasSize(7);
        assertThat(imported.out().strip()).isEqualTo("Imported 7 dead letters into dlq." + function);
        assertThat(again.out().strip())
                .isEqualTo("Imported 0 dead letters into dlq." + function + ", 7 were there already");
        assertThat(in(function)).hasSize(7);
        for (int i = 0; i < 7; i++) {
            assertThat(in(function).get(i).body()).isEqualTo(before.get(i).body());
            assertThat(in(function).get(i).cause()).isEqualTo(before.get(i).cause());
            assertThat(in(function).get(i).id()).isEqualTo(before.get(i).id());
        }
        assertThat(dlq("redrive", function, "--yes").exitCode()).isZero();
        assertThat(dlq("import", function, file.toString()).exitCode()).isZero();
        assertThat(in(function)).as("what was moved on is not imported again").isEmpty();
    }

    @Test
    void purge_says_what_it_leaves_on_the_disk_of_the_server() {
        // Given
        functions.die(function, 3);
        String stored = UUID.randomUUID() + " 1000000000 " + "0".repeat(64);
        functions.die(function, 2, i -> "stands for it", Map.of(EventProperties.PAYLOAD, stored));
        // When
        Ran would = dlq("purge", function, "--dry-run");
        Ran ofSmall = dlq("purge", function, "--where", "millrace_payload IS NULL", "--dry-run");
        Ran purged = dlq("purge", function, "--no-export", "--confirm", "dlq." + function);
        // Then
        String left = "2 of them have their body in a file of the server, which a start of it removes after "
                + "payloads.orphanAge";
        assertThat(would.out().strip()).isEqualTo("Would delete 5 dead letters of dlq." + function + "\n" + left);
        assertThat(ofSmall.out().strip()).isEqualTo("Would delete 3 dead letters of dlq." + function);
        assertThat(purged.out().strip()).isEqualTo("Deleted 5 dead letters of dlq." + function + "\n" + left);
    }

    @Test
    void purge_of_some_leaves_the_others_and_import_refuses_what_was_changed() throws IOException {
        // Given
        functions.die(function, 4);
        Path file = files.resolve("one.jsonl");
        // When
        Ran purged =
                dlq("purge", function, "--id", "id-2", "--confirm", "dlq." + function, "--export", file.toString());
        Files.writeString(file, Files.readString(file).replace("\"sha256\":\"", "\"sha256\":\"0"));
        Ran imported = dlq("import", function, file.toString());
        // Then
        assertThat(purged.exitCode()).isZero();
        assertThat(in(function)).extracting(DeadLetter::id).containsExactly("id-0", "id-1", "id-3");
        assertThat(imported.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(imported.err()).contains("line 1 of '" + file + "': sha256 is");
    }

    @Test
    void move_takes_them_to_another_queue() {
        // Given
        functions.die(function, 3);
        functions.die(function + "-parked", 0);
        // When
        Ran ran = dlq("move", function, "dlq." + function + "-parked", "--id", "id-1", "--yes");
        // Then
        assertThat(ran.out().strip())
                .isEqualTo("Moved 1 dead letter of dlq." + function + " to dlq." + function + "-parked");
        DeadLetter parked = in(function + "-parked").get(0);
        assertThat(parked.id()).isEqualTo("id-1");
        assertThat(parked.cause().map(cause -> cause.errorType())).isEqualTo(Optional.of("shop.OutOfStock"));
    }
}
