package io.millrace.runtime.payloads;

import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.config.PayloadSettings;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.OpenOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory with large payloads, a file each. A file has its name once all of it is on the disk, which is before any
 * message refers to it, and is removed once the broker has noted that the last one which did is done with. What a crash
 * leaves over is removed by {@link PayloadSweep}. Thread-safe.
 */
public final class PayloadStore {
    private static final Logger LOGGER = LoggerFactory.getLogger(PayloadStore.class);
    private static final String INCOMPLETE = ".part";
    /** One that is still coming is written to all the time. */
    private static final Duration INCOMPLETE_FOR = Duration.ofHours(1);

    private final Vertx vertx;
    private final Path directory;
    private final Path dataDirectory;
    private final long maxBytes;

    private PayloadStore(Vertx vertx, Path directory, Path dataDirectory, long maxBytes) {
        this.vertx = vertx;
        this.directory = directory;
        this.dataDirectory = dataDirectory;
        this.maxBytes = maxBytes;
    }

    /**
     * Also where none is taken any more: earlier ones may wait. Blocks.
     *
     * @throws PayloadUnavailableException if the directory that is set does not exist, or cannot be written to
     */
    public static PayloadStore open(Vertx vertx, PayloadSettings settings, Path dataDirectory) {
        Path own = dataDirectory.resolve("payloads");
        Path directory = settings.directory().orElse(own);
        try {
            if (settings.maxBytes() > 0 && directory.equals(own)) {
                Files.createDirectories(directory);
            }
        } catch (IOException failed) {
            throw new PayloadUnavailableException(
                    "the directory for large payloads " + directory + " cannot be made: " + failed, failed);
        }
        // Not made: where a disk is not mounted, payloads would fill the one below it.
        if (settings.maxBytes() > 0 && !(Files.isDirectory(directory) && Files.isWritable(directory))) {
            throw new PayloadUnavailableException("payloads.directory is '" + directory
                    + "', expected an existing directory that this server may write to");
        }
        return new PayloadStore(vertx, directory, dataDirectory, settings.maxBytes());
    }

    /** The largest payload it takes; 0 where it takes none. */
    public long maxBytes() {
        return maxBytes;
    }

    public boolean isOn() {
        return maxBytes > 0;
    }

    /**
     * Begins a file. Event loop.
     *
     * @param name a UUID in text, of which there is none yet
     * @param announced bytes that will come; 0 where that is not known
     * @return fails with PayloadUnavailableException
     */
    public Future<IncomingPayload> begin(String name, long announced) {
        Path part = directory.resolve(name + INCOMPLETE);
        return vertx.<Void>executeBlocking(
                        () -> {
                            requireRoom(announced);
                            return null;
                        },
                        false)
                .compose(room -> vertx.fileSystem()
                        .open(
                                part.toString(),
                                new OpenOptions().setCreateNew(true).setWrite(true)))
                .map(file -> new IncomingPayload(this, name, file))
                .recover(failed -> Future.failedFuture(unavailable("takes no payload", failed)));
    }

    /** Blocks. */
    private void requireRoom(long bytes) throws IOException {
        DiskRoom room = DiskRoom.of(directory, dataDirectory);
        if (!room.takes(bytes)) {
            throw new IOException("its disk has " + room.usable() + " bytes left, " + bytes + " more are wanted, and "
                    + room.reserve() + " are kept free for the broker");
        }
    }

    /** Fails where the disk is about to be too full for the broker beside it. */
    Future<Void> checkRoom() {
        return blocking(() -> {
            requireRoom(0);
            return null;
        });
    }

    /** Once all of it was written: it has its name when this succeeds, also after a crash of the machine. */
    Future<StoredPayload> complete(StoredPayload payload) {
        return blocking(() -> {
            Path part = directory.resolve(payload.name() + INCOMPLETE);
            force(part, StandardOpenOption.WRITE);
            Files.move(part, file(payload), StandardCopyOption.ATOMIC_MOVE);
            force(directory, StandardOpenOption.READ);
            return payload;
        });
    }

    private static void force(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }

    private <T> Future<T> blocking(Callable<T> work) {
        return vertx.executeBlocking(work, false)
                .recover(failed -> Future.failedFuture(unavailable("takes no payload", failed)));
    }

    PayloadUnavailableException unavailable(String what, Throwable why) {
        if (why instanceof PayloadUnavailableException known) {
            return known;
        }
        Throwable cause = why.getCause() instanceof IOException io ? io : why;
        String text = cause instanceof NoSuchFileException missing
                ? "there is no " + missing.getFile()
                : "" + cause.getMessage();
        return new PayloadUnavailableException(
                "the directory for large payloads " + directory + " " + what + ": " + text, why);
    }

    /** Of an incomplete one that will never be completed. */
    void discard(String name) {
        remove(directory.resolve(name + INCOMPLETE));
    }

    /** Where its bytes are. */
    public Path file(StoredPayload payload) {
        return directory.resolve(payload.name());
    }

    /** No message refers to it any more, or ever did. Returns at once; a failure leaves it to the next sweep. */
    public void delete(StoredPayload payload) {
        remove(file(payload));
    }

    private void remove(Path file) {
        vertx.executeBlocking(() -> Files.deleteIfExists(file), false).onFailure(kept -> LOGGER.atWarn()
                .addKeyValue("file", file)
                .addKeyValue(LogKeys.REASON, kept.getMessage())
                .log("payload not removed"));
    }

    /** Names of those that are older than {@code age}; none where there is no directory. Blocks. */
    Set<String> olderThan(Duration age, Instant now) throws IOException {
        Set<String> old = new HashSet<>();
        each(file -> {
            if (isOlder(file, age, now) && StoredPayload.isName(nameOf(file))) {
                old.add(nameOf(file));
            }
        });
        return old;
    }

    /** Those whose request ended with a crash; no message ever referred to one. Blocks. */
    void removeIncomplete(Instant now) throws IOException {
        each(file -> {
            String name = nameOf(file);
            if (name.endsWith(INCOMPLETE)
                    && StoredPayload.isName(name.substring(0, name.length() - INCOMPLETE.length()))
                    && isOlder(file, INCOMPLETE_FOR, now)) {
                Files.deleteIfExists(file);
            }
        });
    }

    /** Blocks. */
    void remove(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    private interface Visit {
        void file(Path file) throws IOException;
    }

    private void each(Visit visit) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                visit.file(file);
            }
        } catch (DirectoryIteratorException failed) {
            throw failed.getCause();
        }
    }

    private static boolean isOlder(Path file, Duration age, Instant now) throws IOException {
        return Files.getLastModifiedTime(file).toInstant().plus(age).isBefore(now);
    }

    private static String nameOf(Path file) {
        return file.getFileName().toString();
    }
}
