package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class FunctionVerbsIT {
    private static final String SOURCE =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.util.Map;

            public final class Greeter implements RequestHandler<Map<String, Object>, String> {
                @Override
                public String handleRequest(Map<String, Object> event, Context context) {
                    return "WORD " + event.get("name");
                }
            }
            """;

    @TempDir
    static Path data;

    private static CliProcess server;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        server = CliProcess.server(data);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** The account is the same for all; versions of a name are never counted anew, so each test has names of its own. */
    @AfterEach
    void leave_nothing() {
        done("function", "ls")
                .lines()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(' ')))
                .forEach(name -> {
                    assertThat(done("function", "delete", name)).contains("Deleted function " + name);
                });
    }

    @Test
    void versions_are_published_named_moved_invoked_and_fetched() throws IOException {
        // Given
        Path jar = greeter("hello");
        byte[] first = Files.readAllBytes(jar);
        assertThat(done("function", "create", "greeter", "--jar", jar, "--handler", "Greeter", "--publish"))
                .contains("Created function greeter, version 1");
        // When
        assertThat(done("function", "update", "greeter", "--zip", greeter("goodbye"), "--publish"))
                .contains("Updated function greeter, version 2");
        assertThat(done("function", "publish", "greeter")).contains("Function greeter has version 2");
        assertThat(done("function", "alias", "create", "greeter", "live", "--to", 1, "--description", "what is live"))
                .contains("Created alias greeter:live of version 1");
        // Then
        assertThat(done("function", "versions", "greeter").lines().map(line -> line.substring(0, 7)
                        .strip()))
                .containsExactly("VERSION", "$LATEST", "1", "2");
        assertThat(done("invoke", "greeter:live", "{\"name\":\"you\"}")).contains("\"hello you\"");
        assertThat(done("invoke", "greeter:2", "{\"name\":\"you\"}")).contains("\"goodbye you\"");
        assertThat(done("invoke", "greeter", "{\"name\":\"you\"}")).contains("\"goodbye you\"");

        done("function", "alias", "update", "greeter", "live", "--to", 2, "--route", "1=0.25");
        assertThat(done("function", "alias", "ls", "greeter")).containsPattern("live +2 +25% to 1 +what is live");
        done("function", "alias", "update", "greeter", "live", "--no-route");
        assertThat(done("function", "alias", "ls", "greeter", "--json")).doesNotContain("RoutingConfig");

        Path fetched = directory.resolve("fetched.jar");
        assertThat(done("function", "get", "greeter:1", "--code", fetched)).containsPattern("Version +1");
        assertThat(fetched).hasBinaryContent(first);

        assertThat(done("function", "alias", "delete", "greeter", "live")).contains("Deleted alias greeter:live");
        assertThat(failed("invoke", "greeter:live", "{}"))
                .contains("Function not found")
                .hasLineCount(1);
    }

    @Test
    void a_replay_needs_a_server_that_keeps_its_past() {
        done("function", "create", "past", "--jar", greeter("hello"), "--handler", "Greeter");

        assertThat(failed("function", "replay", "past", "--from", "1h"))
                .contains("setting broker.retention is 0: this server keeps no past events")
                .hasLineCount(1);
    }

    @Test
    void limits_are_set_shown_and_cleared() {
        done("function", "create", "limited", "--jar", greeter("hello"), "--handler", "Greeter");

        done("function", "limits", "set", "limited", 7);
        assertThat(done("function", "limits", "show", "limited")).contains("Reserved for limited: 7");
        assertThat(done("function", "limits", "account")).containsPattern("UnreservedConcurrentExecutions +993");
        assertThat(done("function", "limits", "account", "--set", 500))
                .containsPattern("(?m)^ConcurrentExecutions +500")
                .containsPattern("UnreservedConcurrentExecutions +493");
        done("function", "limits", "account", "--set", 1000);
        done("function", "limits", "clear", "limited");
        assertThat(done("function", "limits", "show", "limited", "--json")).isEqualToIgnoringNewLines("{}");
        assertThat(failed("function", "limits", "set", "limited", 901))
                .contains("below its minimum value of [100]")
                .hasLineCount(1);
    }

    @Test
    void environments_are_provisioned_shown_and_given_up() {
        done("function", "create", "provided", "--jar", greeter("hello"), "--handler", "Greeter", "--publish");

        assertThat(done("function", "provisioned", "set", "provided:1", 2))
                .contains("Provisioning 2 environments of provided:1");
        assertThat(done("function", "provisioned", "show", "provided:1"))
                .containsPattern("RequestedProvisionedConcurrentExecutions +2");
        assertThat(done("function", "provisioned", "ls", "provided")).containsPattern("(?m)^ *1 +2 ");
        done("function", "provisioned", "delete", "provided:1");
        assertThat(failed("function", "provisioned", "show", "provided:1"))
                .contains("No Provisioned Concurrency Config found")
                .hasLineCount(1);
    }

    @Test
    void scaling_is_set_scheduled_shown_and_removed() {
        done("function", "create", "scaled", "--jar", greeter("hello"), "--handler", "Greeter", "--publish");

        assertThat(done("function", "scaling", "scaled:1")).contains("scaled:1 is not scaled");
        assertThat(done("function", "scaling", "scaled:1", "--min", 1, "--max", 8, "--target", 0.7))
                .contains("Scaling scaled:1");
        assertThat(done(
                        "function",
                        "scaling",
                        "scaled:1",
                        "--min",
                        4,
                        "--schedule",
                        "cron(0 8 ? * MON-FRI *)",
                        "--schedule-name",
                        "morning",
                        "--time-zone",
                        "Europe/Berlin"))
                .contains("Scheduled morning of scaled:1");
        assertThat(done("function", "scaling", "scaled:1"))
                .contains("Scaling scaled:1 from 1 to 8", "Target utilisation: 0.7")
                .containsPattern("morning +4 +- +cron\\(0 8 \\? \\* MON-FRI \\*\\) +Europe/Berlin");
        assertThat(done("function", "scaling", "scaled:1", "--json").lines()).hasSize(3);
        done("function", "scaling", "scaled:1", "--remove", "--schedule-name", "morning");
        done("function", "scaling", "scaled:1", "--remove");
        assertThat(done("function", "scaling", "scaled:1")).contains("scaled:1 is not scaled");
        assertThat(failed("function", "scaling", "scaled:1", "--target", 0.7))
                .contains("ObjectNotFoundException: No scalable target registered")
                .hasLineCount(1);
    }

    @Test
    void layers_are_published_given_to_functions_and_deleted() throws IOException {
        Path content = Files.createDirectories(directory.resolve("layer"));
        Files.writeString(content.resolve("word.txt"), "hello");

        String published = done("layer", "publish", "words", "--zip", content, "--runtime", "java17");
        String arn = published.replace("Published ", "").strip();
        assertThat(arn).endsWith(":layer:words:1");
        assertThat(done("layer", "ls")).contains(arn);
        done(
                "function",
                "create",
                "layered",
                "--jar",
                greeter("hello"),
                "--handler",
                "Greeter",
                "--layer",
                arn,
                "--ephemeral-storage",
                1024);
        JsonNode function = Json.lenient(done("function", "get", "layered", "--json"));
        assertThat(function.at("/Configuration/Layers/0/Arn").asText()).isEqualTo(arn);
        assertThat(function.at("/Configuration/EphemeralStorage/Size").asInt()).isEqualTo(1024);
        done("layer", "delete", "words", 1);
        assertThat(done("layer", "ls", "words").lines()).hasSize(1);
        done("function", "update", "layered", "--layer", "");
        assertThat(done("function", "show", "layered")).doesNotContain("Layer");
    }

    @Test
    void a_command_line_that_is_wrong_is_told_in_one_line_and_exit_code_2() {
        for (Object[] wrong : new Object[][] {
            {"function", "create", "greeter", "--handler", "Greeter"},
            {"function", "create", "greeter", "--zip", "x.py", "--handler", "x.y"},
            {"function", "update", "greeter"},
            {"function", "alias"},
            {"function", "alias", "create", "greeter", "live"},
            {"function", "alias", "update", "greeter", "live"},
            {"layer", "publish", "words"}
        }) {
            CliCall command = CliCall.run(wrong);
            assertThat(command.exitCode()).as("%s", List.of(wrong)).isEqualTo(2);
            assertThat(command.err()).hasLineCount(1);
        }
    }

    private Path greeter(String word) {
        return FunctionJar.of(directory, "Greeter", SOURCE.replace("WORD", word));
    }

    private static String done(Object... arguments) {
        CliCall command = run(arguments);
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }

    private static String failed(Object... arguments) {
        CliCall command = run(arguments);
        assertThat(command.exitCode()).as(command.out() + command.err()).isEqualTo(1);
        return command.err();
    }

    private static CliCall run(Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", server.listens("http")));
        return CliCall.run(all.toArray());
    }
}
