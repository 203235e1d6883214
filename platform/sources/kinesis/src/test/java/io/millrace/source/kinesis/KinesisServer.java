package io.millrace.source.kinesis;

import io.millrace.eventsource.contract.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** {@code kinesis-local}, a server that speaks the API of Kinesis, as a process of its own. */
final class KinesisServer implements AutoCloseable {
    private static final String PACKAGE = "kinesis-local@0.6.2";
    private static final Path FOLDER = Path.of("target", "kinesis-local");
    private static final Path HOME = FOLDER.resolve("node_modules/kinesis-local");
    private static final Path PROGRAM = HOME.resolve("main.js");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final int port;

    private KinesisServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Empty where it cannot be installed, because its registry is out of reach. */
    static Optional<KinesisServer> start() throws IOException, InterruptedException {
        if (!isInstalled()) {
            return Optional.empty();
        }
        int plain = FreePort.find();
        ProcessBuilder command = new ProcessBuilder(
                        "node", PROGRAM.toAbsolutePath().toString())
                .directory(HOME.toFile())
                .redirectErrorStream(true)
                .redirectOutput(FOLDER.resolve("log").toFile());
        command.environment()
                .putAll(Map.of(
                        "KINESIS_MOCK_PLAIN_PORT", Integer.toString(plain),
                        "KINESIS_MOCK_TLS_PORT", Integer.toString(FreePort.find()),
                        "SHARD_LIMIT", "1000",
                        "CREATE_STREAM_DURATION", "1ms",
                        "SPLIT_SHARD_DURATION", "1ms",
                        "LOG_LEVEL", "ERROR"));
        KinesisServer server = new KinesisServer(command.start(), plain);
        Awaitility.await().atMost(PATIENCE).until(server::answers);
        return Optional.of(server);
    }

    private static boolean isInstalled() throws IOException, InterruptedException {
        if (Files.exists(PROGRAM)) {
            return true;
        }
        Files.createDirectories(FOLDER);
        Process install = new ProcessBuilder(
                        List.of("npm", "install", "--no-audit", "--no-fund", "--prefix", FOLDER.toString(), PACKAGE))
                .redirectErrorStream(true)
                .redirectOutput(FOLDER.resolve("npm.log").toFile())
                .start();
        return install.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                && install.exitValue() == 0
                && Files.exists(PROGRAM);
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
