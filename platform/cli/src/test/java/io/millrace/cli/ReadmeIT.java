package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.runtime.config.SettingTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class ReadmeIT {
    @TempDir
    Path directory;

    private final Readme readme = new Readme();

    @Test
    void its_java_samples_are_the_tested_ones() {
        assertThat(readme.samples()).hasSize(3);
        for (Readme.Sample sample : readme.samples()) {
            assertThat(sample.code()).as("%s", sample.source()).isEqualTo(sample.region());
        }
    }

    @Test
    void its_table_of_settings_is_the_code_s() {
        assertThat(readme.text()).contains(SettingTable.markdown().strip());
    }

    @Test
    void its_commands_do_what_it_says() throws Exception {
        Launcher.isBuilt();
        try (CliProcess server = CliProcess.server(directory.resolve("data"), "--set", "async.retryDelay=PT0.1S")) {
            assertThat(readme.commands().get(0).script()).contains("./millrace server");
            for (Readme.Command command :
                    readme.commands().subList(1, readme.commands().size())) {
                String shown = run(atFreePorts(command.script(), server));
                command.shows().ifPresent(expected -> assertThat(shown).contains(expected.strip()));
                awaitRest(server);
            }
            assertThat(quakes(server).path("succeeded").asLong())
                    .isEqualTo(quakes(server).path("accepted").asLong())
                    .isGreaterThan(1_700);
        }
    }

    /** The README speaks of the usual ports; here others may have them. */
    private static String atFreePorts(String script, CliProcess server) {
        return script.replace("http://127.0.0.1:4574", server.listens("http"))
                .replaceAll(
                        "(?m)^(\\./millrace (?:function|invoke|stats|logs|why|usage|mapping|stream|schedule).*)$",
                        "$1 --server " + server.listens("http"))
                .replaceAll("(?m)^(\\./millrace (?:publish|dlq|queue).*)$", "$1 --broker " + server.listens("amqp"));
    }

    private static String run(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                .directory(Readme.ROOT.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s%n%s", script, output).isZero();
        return output;
    }

    private static JsonNode quakes(CliProcess server) {
        CliCall stats = CliCall.run("stats", "--json", "--server", server.listens("http"));
        return Json.lenient(stats.out()).path("functions").path("quakes");
    }

    private static void awaitRest(CliProcess server) {
        await().atMost(CliProcess.PATIENCE.multipliedBy(2)).until(() -> {
            JsonNode now = quakes(server);
            return now.path("waiting").asLong()
                            + now.path("delayed").asLong()
                            + now.path("running").asLong()
                    == 0;
        });
    }
}
