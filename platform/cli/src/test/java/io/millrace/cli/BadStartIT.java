package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever keeps a server from starting is one line and an exit code of its own. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(300)
class BadStartIT {
    @TempDir
    Path directory;

    private CliProcess refused(ExitCode code, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = "server";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CliProcess server = CliProcess.run(all);
        assertThat(server.err()).startsWith("millrace server: ").hasLineCount(1);
        assertThat(server.out()).isEmpty();
        assertThat(server.exitCode()).isEqualTo(code.code());
        return server;
    }

    /** What is wrong before anything is started needs no process. */
    private static CliCall refusedAtOnce(ExitCode code, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = "server";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CliCall server = CliCall.run(all);
        assertThat(server.err()).startsWith("millrace server: ").hasLineCount(1);
        assertThat(server.out()).isEmpty();
        assertThat(server.exitCode()).isEqualTo(code.code());
        return server;
    }

    private static ServerSocket taken() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @Test
    void http_port_in_use() throws IOException {
        try (ServerSocket taken = taken()) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            CliProcess server =
                    refused(ExitCode.PORT_IN_USE, "--data", directory.resolve("d"), "--amqp", 0, "--http", address);

            assertThat(server.err()).contains(address);
        }
    }

    @Test
    void amqp_port_in_use() throws IOException {
        try (ServerSocket taken = taken()) {
            CliProcess server = refused(
                    ExitCode.PORT_IN_USE,
                    "--data",
                    directory.resolve("d"),
                    "--http",
                    "127.0.0.1:0",
                    "--amqp",
                    taken.getLocalPort());

            assertThat(server.err()).contains("" + taken.getLocalPort());
        }
    }

    @Test
    void host_that_is_not_of_this_machine() {
        refused(ExitCode.CONFIGURATION, "--data", directory.resolve("d"), "--amqp", 0, "--http", "192.0.2.1:0");
    }

    @Test
    void data_directory_that_another_server_has() {
        try (CliProcess first = CliProcess.server(directory.resolve("d"))) {
            CliProcess second = refused(
                    ExitCode.DATA_DIRECTORY, "--data", directory.resolve("d"), "--amqp", 0, "--http", "127.0.0.1:0");

            assertThat(second.err())
                    .contains("in use by process " + first.pid() + " on host ")
                    .contains("a standby waits for it");
            CliCall keys = CliCall.run("key", "ls", "--data", directory.resolve("d"));
            assertThat(keys.err()).contains("in use by process " + first.pid());
            assertThat(keys.exitCode()).isEqualTo(ExitCode.DATA_DIRECTORY.code());
            assertThat(CliCall.run("stats", "--server", URI.create(first.listens("http")))
                            .exitCode())
                    .as("the first goes on")
                    .isZero();
        }
    }

    @Test
    void file_in_place_of_the_data_directory() throws IOException {
        Path file = Files.writeString(directory.resolve("d"), "");

        CliProcess server = refused(ExitCode.DATA_DIRECTORY, "--data", file, "--amqp", 0, "--http", "127.0.0.1:0");

        assertThat(server.err()).contains(file.toString());
    }

    @Test
    void unknown_setting() {
        CliProcess server = refused(ExitCode.CONFIGURATION, "--set", "async.retrydelay=PT1S");

        assertThat(server.err()).contains("did you mean async.retryDelay");
    }

    @Test
    void setting_out_of_range_in_the_file() throws IOException {
        Path file = Files.writeString(directory.resolve("c.properties"), "function.timeout=PT1H");

        CliCall server = refusedAtOnce(ExitCode.CONFIGURATION, "--config", file);

        assertThat(server.err()).contains("function.timeout");
    }

    @Test
    void port_that_is_none() {
        refusedAtOnce(ExitCode.CONFIGURATION, "--amqp", 70_000);
    }

    @Test
    void broker_that_cannot_be_reached() throws IOException {
        try (Socket nobodyListens = new Socket()) { // It keeps the port from others.
            nobodyListens.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String broker = "amqp://127.0.0.1:" + nobodyListens.getLocalPort();

            CliProcess server = refused(
                    ExitCode.UNAVAILABLE,
                    "--data",
                    directory.resolve("d"),
                    "--http",
                    "127.0.0.1:0",
                    "--broker",
                    broker);

            assertThat(server.err()).contains(broker);
        }
    }

    @Test
    void version_is_told_by_every_verb() {
        String whole = CliProcess.run("--version").out();

        assertThat(whole).startsWith("Millrace ").hasLineCount(1);
        assertThat(CliProcess.run("stats", "-V").out()).isEqualTo(whole);
        String here = CliCall.run("--version").out();
        assertThat(here).startsWith("Millrace ");
        assertThat(CliCall.run("function", "alias", "--version").out()).isEqualTo(here);
        assertThat(CliCall.run("dlq", "ls", "--version").out()).isEqualTo(here);
    }

    @Test
    void wrong_command_line() {
        refusedAtOnce(ExitCode.USAGE, "--http", "nowhere");
        refusedAtOnce(ExitCode.USAGE, "--broker", "amqp://127.0.0.1:1", "--amqp", 0);
        refusedAtOnce(ExitCode.USAGE, "--broker", "http://127.0.0.1:1");
    }

    @Test
    void commands_without_a_server_or_broker() {
        CliCall stats = CliCall.run("stats", "--server", "http://127.0.0.1:1");
        CliProcess publish = CliProcess.run("publish", "letters", "x", "--broker", "amqp://127.0.0.1:1");

        assertThat(stats.exitCode()).isEqualTo(ExitCode.UNAVAILABLE.code());
        assertThat(stats.err()).contains("http://127.0.0.1:1").hasLineCount(1);
        assertThat(publish.exitCode()).isEqualTo(ExitCode.UNAVAILABLE.code());
        assertThat(publish.err())
                .contains("amqp://127.0.0.1:1", "Connection refused")
                .hasLineCount(1);
    }
}
