package io.millrace.broker.embedded;

import io.millrace.broker.embedded.BrokerStartException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The broker's data directory, held for this broker alone by a lock on {@code millrace.lock} in it.
 *
 * <p>Artemis has a lock of its own, but waits for it before it gives up, and does not say who has it. This one answers
 * at once and names the process; the kernel releases it when that process dies, however it dies.
 */
final class DataDirectory implements AutoCloseable {

    /** A killed process lets go of its files one after the other: who waited for another of them is here before. */
    private static final Duration DYING = Duration.ofSeconds(1);

    private static final long LOOK_AGAIN_NANOS = 20_000_000;
    private static final int LONGEST_OWNER = 64;
    /** The locked byte lies behind the text, which other processes must be able to read. */
    private static final long LOCKED_BYTE = 1_024;

    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Makes the directory if need be and takes it.
     *
     * @throws BrokerStartException DATA_DIRECTORY_UNUSABLE or DATA_DIRECTORY_IN_USE
     */
    static DataDirectory take(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        FileChannel lockFile = openLockFile(path);
        try {
            @Nullable FileLock lock = tryLock(lockFile);
            if (lock == null) {
                String owner = ownerOf(lockFile);
                lockFile.close();
                throw new BrokerStartException(
                        Reason.DATA_DIRECTORY_IN_USE,
                        "The data directory " + path + " is in use by the broker of process " + owner);
            }
            writeOwner(lockFile);
            return new DataDirectory(path, lockFile);
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    private static FileChannel openLockFile(Path path) {
        try {
            Files.createDirectories(path);
            return FileChannel.open(
                    path.resolve("millrace.lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw new BrokerStartException(
                    Reason.DATA_DIRECTORY_UNUSABLE,
                    "The data directory " + path + " cannot be used: " + e.getFile() + " is not a directory",
                    e);
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel lockFile) throws IOException {
        long giveUp = System.nanoTime() + DYING.toNanos();
        try {
            FileLock lock = lockFile.tryLock(LOCKED_BYTE, 1, false);
            while (lock == null && System.nanoTime() - giveUp < 0) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
                lock = lockFile.tryLock(LOCKED_BYTE, 1, false);
            }
            return lock;
        } catch (OverlappingFileLockException e) {
            return null; // another broker of this very JVM
        }
    }

    private static String ownerOf(FileChannel lockFile) throws IOException {
        ByteBuffer owner = ByteBuffer.allocate(LONGEST_OWNER);
        lockFile.read(owner, 0);
        String text = StandardCharsets.US_ASCII.decode(owner.flip()).toString().trim();
        return text.isEmpty() ? "unknown" : text;
    }

    private static void writeOwner(FileChannel lockFile) throws IOException {
        lockFile.truncate(0);
        lockFile.write(StandardCharsets.US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
    }

    private static BrokerStartException unusable(Path path, IOException e) {
        return new BrokerStartException(
                Reason.DATA_DIRECTORY_UNUSABLE, "The data directory " + path + " cannot be used: " + e, e);
    }

    Path path() {
        return path;
    }

    /** Lets the next broker in. The file stays: removing it would race with a process that has it open. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
