package io.millrace.broker.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.broker.embedded.BrokerStartException.Reason;
import io.millrace.eventsource.contract.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BrokerStartFailureTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

    private Path directory;
    private EmbeddedBrokerOptions options;

    @BeforeEach
    void use(@TempDir Path fresh) {
        directory = fresh;
        options = EmbeddedBrokerOptions.of(fresh.resolve("data")).withFreePorts();
    }

    @Test
    void a_port_in_use_is_named_and_nothing_stays_behind() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, LOOPBACK)) {
            BrokerStartException failure = startFailing(options.withMqttPort(other.getLocalPort()));

            assertThat(failure.reason()).isEqualTo(Reason.PORT_IN_USE);
            assertThat(failure)
                    .hasMessage("The broker's MQTT port " + other.getLocalPort()
                            + " on 127.0.0.1 is in use by another program");
        }
        assertStarts(options);
    }

    @Test
    void a_port_that_two_acceptors_want_is_found_out_by_artemis_and_nothing_stays_behind() throws IOException {
        int port = FreePort.find();

        BrokerStartException failure = startFailing(options.withMqttPort(port).withStompPort(port));

        assertThat(failure.reason()).isEqualTo(Reason.PORT_IN_USE);
        assertThat(failure).hasMessageContaining(String.valueOf(port));
        assertStarts(options);
    }

    @Test
    void a_data_directory_of_another_process_is_refused_within_two_seconds() throws Exception {
        Process holder = startInOtherProcess(options.dataDirectory());
        try {
            Duration shortest = Duration.ofDays(1); // Of as many as it takes: the machine may be busy for a while.
            Instant patience = Instant.now().plusSeconds(60);
            do {
                long asked = System.nanoTime();
                BrokerStartException failure = startFailing(options);
                Duration took = Duration.ofNanos(System.nanoTime() - asked);

                assertThat(failure.reason()).isEqualTo(Reason.DATA_DIRECTORY_IN_USE);
                assertThat(failure)
                        .hasMessage("The data directory " + options.dataDirectory()
                                + " is in use by the broker of process " + holder.pid());
                shortest = took.compareTo(shortest) < 0 ? took : shortest;
            } while (shortest.compareTo(TWO_SECONDS) >= 0 && Instant.now().isBefore(patience));
            assertThat(shortest).isLessThan(TWO_SECONDS);
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertStarts(options);
    }

    @Test
    void a_data_directory_of_another_broker_of_this_jvm_is_refused() {
        try (EmbeddedBroker holder = EmbeddedBroker.start(options, failure -> {})) {
            assertThat(startFailing(options).reason()).isEqualTo(Reason.DATA_DIRECTORY_IN_USE);
            assertThat(holder.amqpPort()).isPositive();
        }
        assertStarts(options);
    }

    @Test
    void a_file_in_place_of_the_data_directory_is_named() throws IOException {
        Files.writeString(directory.resolve("data"), "a file");

        BrokerStartException failure = startFailing(options);

        assertThat(failure.reason()).isEqualTo(Reason.DATA_DIRECTORY_UNUSABLE);
        assertThat(failure)
                .hasMessageContaining(directory.resolve("data").toString())
                .hasMessageContaining("not a directory");
    }

    @Test
    void a_file_in_the_way_of_the_data_directory_is_named() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "a file");

        BrokerStartException failure =
                startFailing(EmbeddedBrokerOptions.of(file.resolve("data")).withFreePorts());

        assertThat(failure.reason()).isEqualTo(Reason.DATA_DIRECTORY_UNUSABLE);
        assertThat(failure).hasMessageContaining(file.toString());
    }

    @Test
    void a_broken_broker_xml_is_named_with_its_line() throws IOException {
        BrokerStartException failure = startFailing(withBrokerXml("<configuration xmlns='urn:activemq'>\n<core\n"));

        assertThat(failure.reason()).isEqualTo(Reason.CONFIGURATION_INVALID);
        assertThat(failure)
                .hasMessageContaining(directory.resolve("broker.xml").toString())
                .hasMessageContaining("line 3");
    }

    @Test
    void an_unknown_element_in_broker_xml_is_named_with_its_line() throws IOException {
        BrokerStartException failure =
                startFailing(withBrokerXml("<configuration xmlns='urn:activemq'>\n<core xmlns='urn:activemq:core'>\n"
                        + "<jurnal-type>NIO</jurnal-type></core></configuration>"));

        assertThat(failure.reason()).isEqualTo(Reason.CONFIGURATION_INVALID);
        assertThat(failure).hasMessageContaining("line 3").hasMessageContaining("jurnal-type");
    }

    @Test
    void a_bad_value_in_broker_xml_is_named() throws IOException {
        BrokerStartException failure =
                startFailing(withBrokerXml("<configuration xmlns='urn:activemq'>\n<core xmlns='urn:activemq:core'>\n"
                        + "<global-max-size>much</global-max-size></core></configuration>"));

        assertThat(failure.reason()).isEqualTo(Reason.CONFIGURATION_INVALID);
        assertThat(failure).hasMessageContaining("much");
    }

    @Test
    void a_broker_xml_without_the_acceptors_is_refused() throws IOException {
        BrokerStartException failure =
                startFailing(withBrokerXml("<configuration xmlns='urn:activemq'><core xmlns='urn:activemq:core'>"
                        + "<journal-directory>${millrace.broker.data}/j</journal-directory>"
                        + "<bindings-directory>${millrace.broker.data}/b</bindings-directory>"
                        + "<paging-directory>${millrace.broker.data}/p</paging-directory>"
                        + "<large-messages-directory>${millrace.broker.data}/l</large-messages-directory>"
                        + "</core></configuration>"));

        assertThat(failure.reason()).isEqualTo(Reason.CONFIGURATION_INVALID);
        assertThat(failure).hasMessageContaining("acceptor named amqp");
        assertStarts(options);
    }

    @Test
    void a_config_directory_without_a_broker_xml_is_named() {
        BrokerStartException failure = startFailing(options.withConfigDirectory(directory));

        assertThat(failure.reason()).isEqualTo(Reason.CONFIGURATION_INVALID);
        assertThat(failure).hasMessageContaining(directory.resolve("broker.xml").toString());
    }

    @Test
    void a_host_that_is_not_of_this_machine_is_named() {
        BrokerStartException failure = startFailing(options.withHost("203.0.113.1"));

        assertThat(failure.reason()).isEqualTo(Reason.CONFIGURATION_INVALID);
        assertThat(failure).hasMessageContaining("203.0.113.1");
    }

    private EmbeddedBrokerOptions withBrokerXml(String text) throws IOException {
        Files.writeString(directory.resolve("broker.xml"), text);
        return options.withConfigDirectory(directory);
    }

    private static BrokerStartException startFailing(EmbeddedBrokerOptions options) {
        BrokerStartException failure =
                catchThrowableOfType(BrokerStartException.class, () -> EmbeddedBroker.start(options, ignored -> {})
                        .close());
        assertThat(failure).as("started with %s", options).isNotNull();
        assertThat(failure.getMessage()).as("one line").doesNotContain("\n");
        return failure;
    }

    private static void assertStarts(EmbeddedBrokerOptions options) {
        try (EmbeddedBroker broker = EmbeddedBroker.start(options, ignored -> {})) {
            assertThat(broker.amqpPort()).isPositive();
        }
    }

    private static Process startInOtherProcess(Path data) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dio.netty.noUnsafe=false",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerProcess.class.getName(),
                        data.toString()))
                .redirectErrorStream(true)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(BrokerProcess.STARTED)) {
                return process;
            }
        }
        throw new IllegalStateException("The other process ended before its broker started");
    }
}
