package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What ./millrace does before it starts the jar, so that tests start it as users do, and as fast. */
final class Launcher {
    static final Path JAR = Path.of("target", "millrace.jar");

    private static final Path BUILT = Path.of("target", "millrace.built");
    private static final Path LOCK = Path.of("target", "millrace.tests.lock");
    private static final List<String> QUIET = List.of("-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr");
    private static final int ARCHIVE_SECONDS = 300;

    private Launcher() {}

    /** Up to the command's own arguments. */
    static List<String> commandLine() {
        return commandLine(512);
    }

    /** @param heapMegabytes that the command may have at most */
    static List<String> commandLine(int heapMegabytes) {
        List<String> line = new ArrayList<>(List.of(java(), "-Xmx" + heapMegabytes + "m"));
        line.addAll(QUIET);
        line.add("-XX:SharedArchiveFile=" + SharedClasses.FILE);
        if (Runtime.version().feature() >= 24) {
            // The JDK's warning about Netty is nothing that these tests ask about.
            line.add("--sun-misc-unsafe-memory-access=allow");
        }
        // No server of a test lives long enough to win back what the second compiler takes of two cores.
        line.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        line.addAll(List.of("-jar", JAR.toString()));
        return line;
    }

    /** Tells ./millrace that this build has built all that it needs; it would build once more beside the tests. */
    static void isBuilt() throws IOException {
        Optional<Instant> began =
                Optional.ofNullable(System.getProperty("millrace.build.began")).map(Instant::parse);
        if (began.isPresent()) {
            Files.writeString(BUILT, "");
            Files.setLastModifiedTime(BUILT, FileTime.from(began.get()));
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Classes as the JVM has them in memory, made at first use: a server starts with half the work. */
    private static final class SharedClasses {
        static final Path FILE = Path.of("target", "millrace-" + System.getProperty("java.version") + ".jsa");

        static {
            try (FileChannel channel = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                assertThat(lock.isValid()).isTrue();
                if (!Files.exists(FILE)
                        || Files.getLastModifiedTime(FILE).compareTo(Files.getLastModifiedTime(JAR)) < 0) {
                    make();
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new AssertionError(stop);
            }
        }

        private static void make() throws IOException, InterruptedException {
            Path fresh = Path.of(FILE + ".new");
            List<String> line = new ArrayList<>(List.of(java()));
            line.addAll(QUIET);
            line.addAll(List.of("-XX:ArchiveClassesAtExit=" + fresh, "-jar", JAR.toString(), "demo"));
            Process demo = new ProcessBuilder(line)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                assertThat(demo.waitFor(ARCHIVE_SECONDS, TimeUnit.SECONDS)).isTrue();
            } finally {
                demo.destroyForcibly();
            }
            Files.move(fresh, FILE, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
