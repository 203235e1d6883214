package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Saving a jar is enough. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class DevModeIT {
    /** A second is what is promised; other builds may run on the same cores. */
    private static final Duration SOON = CliProcess.PATIENCE;

    private static final String SOURCE =
            """
            import com.amazonaws.services.lambda.runtime.Context;
            import com.amazonaws.services.lambda.runtime.RequestHandler;
            import java.util.Map;

            public final class Greeter implements RequestHandler<Map<String, Object>, String> {
                @Override
                public String handleRequest(Map<String, Object> event, Context context) {
                    return "WORD";
                }
            }
            """;

    @TempDir
    Path directory;

    @Test
    void a_saved_jar_is_redeployed_a_broken_one_is_not_and_a_restart_goes_on_watching() throws IOException {
        Path jar = directory.resolve("greeter.jar");
        Path data = directory.resolve("data");
        save("hello", jar);
        try (CliProcess server = CliProcess.server(data, "--dev")) {
            assertThat(done(server, "function", "create", "greeter", "--jar", jar, "--handler", "Greeter"))
                    .contains("Created function greeter, watching " + jar);
            assertThat(invoked(server)).isEqualTo("\"hello\"");

            save("goodbye", jar);
            awaitAnswer(server, "goodbye", "saved to answered");
            server.awaitError("redeployed \\{?.*function=\"?greeter.*millis=");

            Files.writeString(jar, "half a jar");
            server.awaitError("not redeployed.*greeter.*Could not unzip");
            assertThat(invoked(server)).isEqualTo("\"goodbye\"");

            Files.delete(jar);
            server.awaitError("not redeployed.*greeter.*nothing is there");
            save("good evening", jar);
            awaitAnswer(server, "good evening", "saved again to answered");

            server.terminate();
            assertThat(server.exitCode()).isZero();
        }
        save("saved while stopped", jar);
        try (CliProcess again = CliProcess.server(data, "--dev")) {
            awaitAnswer(again, "saved while stopped", "ready to answered");
            save("good night", jar);
            awaitAnswer(again, "good night", "after a restart, saved to answered");
        }
    }

    @Test
    void without_dev_nothing_is_said_and_nothing_watched() throws IOException {
        Path jar = directory.resolve("greeter.jar");
        Path data = directory.resolve("data");
        save("hello", jar);
        try (CliProcess server = CliProcess.server(data)) {
            assertThat(done(server, "function", "create", "greeter", "--jar", jar, "--handler", "Greeter"))
                    .isEqualToIgnoringNewLines("Created function greeter");
            assertThat(done(server, "function", "update", "greeter", "--jar", jar))
                    .isEqualToIgnoringNewLines("Updated function greeter");
            assertThat(data.resolve("dev-sources.json")).doesNotExist();
        }
    }

    @Test
    void a_folder_that_a_function_was_updated_from_is_redeployed_when_a_file_of_it_is_saved() throws IOException {
        Path jar = directory.resolve("greeter.jar");
        save("hello", jar);
        Path classes = Files.createDirectories(directory.resolve("classes"));
        save("good morning", directory.resolve("other.jar"), classes);
        try (CliProcess server = CliProcess.server(directory.resolve("data"), "--dev")) {
            done(server, "function", "create", "greeter", "--jar", jar, "--handler", "Greeter");
            assertThat(done(server, "function", "update", "greeter", "--zip", classes))
                    .isEqualToIgnoringNewLines("Updated function greeter, watching " + classes);
            assertThat(invoked(server)).isEqualTo("\"good morning\"");

            save("goodbye", directory.resolve("another.jar"), classes);
            awaitAnswer(server, "goodbye", "folder, saved to answered");
            server.awaitError("redeployed");
            assertThat(server.err()).as("once for the one change").containsOnlyOnce("redeployed");
        }
    }

    @Test
    void a_door_that_others_can_reach_is_refused() {
        CliProcess server = CliProcess.run(
                "server", "--dev", "--data", directory.resolve("data"), "--amqp", 0, "--http", "0.0.0.0:0");

        assertThat(server.exitCode()).isEqualTo(ExitCode.CONFIGURATION.code());
        assertThat(server.err())
                .contains("HTTP would listen on '0.0.0.0', expected a loopback address")
                .hasLineCount(1);
        assertThat(directory.resolve("data")).doesNotExist();
    }

    /** @param classes where the class file goes, too */
    private void save(String word, Path jar, Path classes) throws IOException {
        save(word, jar);
        try (FileSystem inside = FileSystems.newFileSystem(jar)) {
            Path whole = Files.createTempDirectory(directory, "whole").resolve("Greeter.class");
            Files.copy(inside.getPath("Greeter.class"), whole);
            Files.move(
                    whole,
                    classes.resolve("Greeter.class"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** As a build does: the class file is compiled elsewhere, the jar appears whole. */
    private void save(String word, Path jar) throws IOException {
        Path elsewhere = Files.createTempDirectory(directory, "build");
        Files.move(
                FunctionJar.of(elsewhere, "Greeter", SOURCE.replace("WORD", word)),
                jar,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static void awaitAnswer(CliProcess server, String word, String what) {
        long saved = System.nanoTime();
        await().atMost(SOON).pollInterval(Duration.ofMillis(10)).until(() -> invoked(server)
                .equals("\"" + word + "\""));
        System.out.println(what + ": " + (System.nanoTime() - saved) / 1_000_000 + " ms");
    }

    private static String invoked(CliProcess server) {
        LambdaClient client = new LambdaClient(URI.create(server.listens("http")));
        return LambdaClient.text(client.invoke("greeter", "RequestResponse", "{}".getBytes(StandardCharsets.UTF_8)));
    }

    private static String done(CliProcess server, Object... arguments) {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--server", server.listens("http")));
        CliCall command = CliCall.run(all.toArray());
        assertThat(command.exitCode()).as(command.out() + command.err()).isZero();
        return command.out();
    }
}
