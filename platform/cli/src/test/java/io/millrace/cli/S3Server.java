package io.millrace.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code s3rver}, a server that speaks the API of S3 and checks signatures, as a process of its own with one bucket on
 * the disk.
 */
final class S3Server implements AutoCloseable {
    private static final String PACKAGE = "s3rver@3.7.1";
    private static final Path FOLDER = Path.of("target", "s3rver");
    private static final Path PROGRAM = FOLDER.resolve("node_modules/s3rver/bin/s3rver.js");
    private static final String BUCKET = "payloads";
    private static final String OBJECT = "._S3rver_object";
    /** Both the id of its access key and the secret. */
    private static final String KEY = "S3RVER";

    private final Path directory;
    private final int port;
    private Optional<Process> process = Optional.empty();

    private S3Server(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /**
     * Empty where it cannot be installed, because its registry is out of reach.
     *
     * @param directory for its objects
     */
    static Optional<S3Server> install(Path directory) throws IOException, InterruptedException {
        if (!isInstalled()) {
            return Optional.empty();
        }
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Optional.of(new S3Server(directory, free.getLocalPort()));
        }
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
        return install.waitFor(CliProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                && install.exitValue() == 0
                && Files.exists(PROGRAM);
    }

    /** It answers when this returns, with all that it had. */
    void start() throws IOException {
        Process started = new ProcessBuilder(
                        "node",
                        PROGRAM.toAbsolutePath().toString(),
                        "--directory",
                        directory.toString(),
                        "--address",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--no-vhost-buckets",
                        "--configure-bucket",
                        BUCKET)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
        process = Optional.of(started);
        await().atMost(CliProcess.PATIENCE).until(this::answers);
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** It does not answer any more when this returns. */
    void stop() {
        process.ifPresent(running -> running.destroyForcibly().onExit().join());
    }

    /** Settings of a server that keeps large payloads here. */
    String[] settings() {
        return new String[] {
            "payloads.store=http://127.0.0.1:" + port + "/" + BUCKET + "/of/one",
            "payloads.store.accessKey=" + KEY,
            "payloads.store.secretKey=" + KEY
        };
    }

    /** Names of all objects. */
    List<String> objects() {
        while (true) {
            try (Stream<Path> files = Files.walk(directory.resolve(BUCKET))) {
                return files.map(file ->
                                directory.resolve(BUCKET).relativize(file).toString())
                        .filter(name -> name.endsWith(OBJECT))
                        .map(name -> name.substring(0, name.length() - OBJECT.length()))
                        .toList();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            } catch (UncheckedIOException failed) {
                if (!(failed.getCause() instanceof NoSuchFileException)) {
                    throw failed;
                }
                // The server has deleted it since its folder was read: look again.
            }
        }
    }

    /** Makes an object as if a server had been lost before it told anybody, while this one is stopped. */
    void copy(String object) throws IOException {
        Path original = directory.resolve(BUCKET).resolve(object);
        String name = original.getFileName().toString();
        String copy = UUID.randomUUID().toString();
        try (Stream<Path> files = Files.list(original.getParent())) {
            for (Path file : files.toList()) {
                Files.copy(
                        file, file.resolveSibling(file.getFileName().toString().replace(name, copy)));
            }
        }
    }

    @Override
    public void close() {
        stop();
    }
}
