package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class KeyVerbsIT {
    @TempDir
    Path directory;

    private Path data() {
        return directory.resolve("data");
    }

    /** What a shell would take from the output. */
    private static Map<String, String> environment(String created) {
        Map<String, String> environment = new HashMap<>();
        created.lines().forEach(line -> {
            int equals = line.indexOf('=');
            environment.put(line.substring(0, equals), line.substring(equals + 1));
        });
        assertThat(environment).containsOnlyKeys("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
        return environment;
    }

    private static String id(Map<String, String> environment) {
        return environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
    }

    private String offline(Object... arguments) {
        CliCall command = CliCall.run(withData(arguments));
        assertThat(command.exitCode()).as(command.err()).isZero();
        return command.out();
    }

    private Object[] withData(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data()));
        return all.toArray();
    }

    private static CliProcess online(CliProcess server, Map<String, String> environment, Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", server.listens("http")));
        return CliProcess.runWith(environment, all.toArray());
    }

    private static String done(CliProcess command) {
        assertThat(command.exitCode()).as(command.err()).isZero();
        return command.out();
    }

    private static String refused(CliProcess command) {
        return refused(new CliCall(command.exitCode(), command.out(), command.err()));
    }

    private static String refused(CliCall command) {
        assertThat(command.exitCode()).as(command.out()).isEqualTo(ExitCode.REFUSED.code());
        assertThat(command.err()).hasLineCount(1);
        return command.err();
    }

    @Test
    void a_key_made_before_the_start_locks_the_server_and_opens_it_to_its_holder() throws IOException {
        // Given
        Map<String, String> admin =
                environment(done(CliProcess.run(withData("key", "create", "--user", "root", "--role", "admin"))));
        assertThat(done(CliProcess.run(withData("key", "ls")))).contains(id(admin), "root", "admin");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data().resolve("registry.mv.db"))))
                .isEqualTo("rw-------");
        try (CliProcess server = CliProcess.server(data())) {
            assertThat(server.out()).contains("  keys   1; requests must be signed");
            // Then
            assertThat(refused(online(server, Map.of(), "function", "list")))
                    .contains("wants signed requests; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
            done(online(server, admin, "function", "list"));
            done(online(server, admin, "stats"));
            // When
            Map<String, String> reader =
                    environment(done(online(server, admin, "key", "create", "--user", "ann", "--role", "reader")));
            // Then
            done(online(server, reader, "function", "list"));
            assertThat(refused(online(server, reader, "key", "ls")))
                    .contains("User: arn:aws:iam::000000000000:user/ann is not authorized to perform:"
                            + " millrace:ListKeys");
            assertThat(done(online(server, admin, "key", "ls", "--json")).lines())
                    .hasSize(2);
            Map<String, String> wrong = new HashMap<>(admin);
            wrong.put("AWS_SECRET_ACCESS_KEY", "wrong");
            assertThat(refused(online(server, wrong, "function", "list"))).contains("InvalidSignatureException");
            // And
            done(online(server, admin, "key", "delete", id(reader)));
            assertThat(refused(online(server, reader, "function", "list"))).contains("UnrecognizedClientException");
            assertThat(refused(online(server, admin, "key", "delete", id(admin))))
                    .contains("is the last one");
        }
        offline("key", "delete", id(admin));
        assertThat(offline("key", "ls").lines()).hasSize(1);
    }

    @Test
    void statements_from_a_file_are_what_a_key_may_do() throws IOException {
        Path file = directory.resolve("statements.json");
        Files.writeString(file, "[{\"actions\":[\"lambda:List*\"],\"resources\":[\"*\"]}]");
        Map<String, String> lister = environment(offline("key", "create", "--user", "ann", "--statements", file));
        try (CliProcess server = CliProcess.server(data())) {
            done(online(server, lister, "function", "list"));
            assertThat(refused(online(server, lister, "stats"))).contains("millrace:GetStats");
        }
    }

    @Test
    void a_server_for_others_does_not_start_without_a_key_unless_it_is_told_to() {
        CliProcess open = CliProcess.run("server", "--data", data(), "--amqp", 0, "--http", "0.0.0.0:0");
        assertThat(open.exitCode()).isEqualTo(ExitCode.CONFIGURATION.code());
        assertThat(open.err()).hasLineCount(1).contains("there are no access keys", "--insecure");
        CliProcess broker = CliProcess.run(
                "server", "--data", data(), "--amqp", 0, "--http", "127.0.0.1:0", "--set", "broker.host=0.0.0.0");
        assertThat(broker.exitCode()).isEqualTo(ExitCode.CONFIGURATION.code());
        assertThat(broker.err()).hasLineCount(1).contains("broker.host", "--insecure");

        try (CliProcess told =
                CliProcess.start("server", "--data", data(), "--amqp", 0, "--http", "0.0.0.0:0", "--insecure")) {
            told.awaitOutput("(?m)^ready.*$");
            assertThat(told.out()).contains("  keys   none; any credentials are accepted");
        }
        offline("key", "create", "--user", "root", "--role", "admin");
        try (CliProcess locked = CliProcess.start("server", "--data", data(), "--amqp", 0, "--http", "0.0.0.0:0")) {
            locked.awaitOutput("(?m)^ready.*$");
        }
    }

    @Test
    void a_command_line_that_is_wrong_is_told_in_one_line() {
        for (Object[] wrong : new Object[][] {
            {"key"},
            {"key", "create", "--user", "ann"},
            {"key", "create", "--user", "ann", "--role", "admin", "--statements", "f"},
            {"key", "ls", "--data", "d", "--server", "http://127.0.0.1:1"}
        }) {
            CliCall command = CliCall.run(wrong);
            assertThat(command.exitCode()).as("%s", List.of(wrong)).isEqualTo(2);
            assertThat(command.err()).hasLineCount(1);
        }
        assertThat(refused(CliCall.run("key", "create", "--user", "ann", "--role", "king", "--data", data())))
                .contains("role is 'king', expected admin, reader or invoker:PATTERN");
        assertThat(refused(CliCall.run("key", "ls", "--data", directory.resolve("none"))))
                .contains("does not exist");
    }
}
