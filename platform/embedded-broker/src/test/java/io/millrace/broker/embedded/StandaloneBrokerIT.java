package io.millrace.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.eventsource.contract.FreePort;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the lines that broker-config/README.md gives for a broker of the Artemis distribution. */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StandaloneBrokerIT {

    private static final Path ROOT = Path.of(System.getProperty("project.root"));
    private static final Pattern SHELL_LINES = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void a_broker_of_the_distribution_runs_with_our_broker_xml(@TempDir Path directory) throws Exception {
        Path instance = directory.resolve("instance");
        int amqp = FreePort.find();
        Process shell = start(instance, amqp);
        try {
            for (int again = 1; !awaitStart(shell); again++) {
                assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
                instance = directory.resolve("instance-" + again);
                amqp = FreePort.find();
                shell = start(instance, amqp);
            }

            try (AmqpClient client = AmqpClient.connect(amqp)) {
                client.createAnycastQueue("invoke.orders");
                client.send("invoke.orders", AmqpClient.text("by the distribution"));

                assertThat(AmqpClient.body(client.receive("invoke.orders"))).isEqualTo("by the distribution");
                assertThatThrownBy(() -> client.send("invoke.nosuch", AmqpClient.text("lost?")))
                        .hasMessageContaining("invoke.nosuch");
                assertThat(client.manage("broker", "getAddressSettingsAsJSON", "[\"dlq.orders\"]"))
                        .contains("\"maxDeliveryAttempts\":-1");
            }

            assertDirectoryRefused(instance.resolve("data"));
            assertThat(stop(shell)).as("the broker ends on SIGTERM").isTrue();
            assertThat(instance.resolve("data/journal")).isDirectory();
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
    }

    /** The other broker does not know our lock file, only Artemis' own. */
    private static void assertDirectoryRefused(Path data) {
        Instant asked = Instant.now();
        BrokerStartException refusal = catchThrowableOfType(BrokerStartException.class, () -> EmbeddedBroker.start(
                        EmbeddedBrokerOptions.of(data).withFreePorts(), failure -> {})
                .close());

        assertThat(refusal.reason()).isEqualTo(BrokerStartException.Reason.DATA_DIRECTORY_IN_USE);
        assertThat(refusal).hasMessageContaining(data.toString());
        assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(30));
    }

    private static Process start(Path instance, int amqp) throws IOException {
        Matcher lines = SHELL_LINES.matcher(Files.readString(ROOT.resolve("broker-config/README.md")));
        assertThat(lines.find()).as("shell lines in the README").isTrue();
        ProcessBuilder shell = new ProcessBuilder("sh", "-euc", lines.group(1))
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"));
        shell.environment().put("ARTEMIS_HOME", System.getProperty("artemis.home"));
        shell.environment().put("INSTANCE", instance.toString());
        shell.environment().put("JAVA_HOME", System.getProperty("java.home"));
        shell.environment()
                .put(
                        "JAVA_ARGS_APPEND",
                        "-Xms64m -Xmx512m -Dmillrace.broker.amqp=%d -Dmillrace.broker.core=%d"
                                        .formatted(amqp, FreePort.find())
                                + " -Dmillrace.broker.mqtt=%d -Dmillrace.broker.stomp=%d"
                                        .formatted(FreePort.find(), FreePort.find()));
        return shell.start();
    }

    /**
     * AMQ221007 is Artemis' "Server is now active", its last word on a good start.
     *
     * @return whether it started; not if somebody else took one of its ports since it was looked for (AMQ229230)
     */
    private static boolean awaitStart(Process shell) throws IOException {
        BufferedReader out = new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
        List<String> said = new ArrayList<>();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.add(line);
            if (line.contains("AMQ221007")) {
                assertThat(said).noneMatch(earlier -> earlier.contains(" ERROR "));
                return true;
            }
        }
        if (said.stream().anyMatch(line -> line.contains("AMQ229230"))) {
            return false;
        }
        throw new AssertionError("The broker ended before it was active:\n" + String.join("\n", said));
    }

    private static boolean stop(Process shell) throws InterruptedException {
        shell.descendants().forEach(ProcessHandle::destroy);
        return shell.waitFor(Duration.ofSeconds(60).toMillis(), TimeUnit.MILLISECONDS);
    }
}
