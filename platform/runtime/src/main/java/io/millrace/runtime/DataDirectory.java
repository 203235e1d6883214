package io.millrace.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A data directory that is this platform's alone, from before anything in it is opened until all of it is closed: by a
 * lock on {@code owner.lock} in it, which the kernel takes from a process that ends, however it ends. The file also says
 * who has it. Thread-safe; taking it blocks (adr/0013).
 */
public final class DataDirectory implements AutoCloseable {
    /** The locked byte lies behind the text, which other processes must be able to read. */
    private static final long LOCKED_BYTE = 1_024;

    /**
     * Directories that somebody in this process has, or waits for with the file open: the kernel asks only about
     * processes, and drops the lock of a process that closes any of its channels to the file.
     */
    private static final Set<Path> OF_THIS_PROCESS = new HashSet<>();

    private final Path path;
    private final Path real;
    private final FileChannel file;

    private DataDirectory(Path path, Path real, FileChannel file) {
        this.path = path;
        this.real = real;
        this.file = file;
    }

    /**
     * Makes the directory if need be, and takes it.
     *
     * @throws DataDirectoryUnavailableException if another has it, or it cannot be used
     */
    public static DataDirectory take(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        Path real = make(path);
        synchronized (OF_THIS_PROCESS) {
            if (!OF_THIS_PROCESS.add(real)) {
                throw inUse(path, "this very process");
            }
        }
        return open(path, real, file -> {
            @Nullable FileLock lock = file.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                throw inUse(path, ownerOf(file));
            }
        });
    }

    /**
     * As {@link #take}, but waits until nobody else has it. Where the owner's process was frozen that is when it has
     * ended.
     *
     * @throws DataDirectoryUnavailableException if it cannot be used, or the waiting thread is interrupted
     */
    public static DataDirectory await(Path directory, StandbyListener listener) {
        Path path = directory.toAbsolutePath().normalize();
        Path real = make(path);
        awaitThisProcess(path, real, listener);
        DataDirectory taken = open(path, real, file -> {
            @Nullable FileLock lock = file.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                listener.waits(ownerOf(file));
                file.lock(LOCKED_BYTE, 1, false);
            }
        });
        listener.takesOver();
        return taken;
    }

    private static void awaitThisProcess(Path path, Path real, StandbyListener listener) {
        synchronized (OF_THIS_PROCESS) {
            if (OF_THIS_PROCESS.contains(real)) {
                listener.waits("this very process");
            }
            try {
                while (!OF_THIS_PROCESS.add(real)) {
                    OF_THIS_PROCESS.wait();
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw interrupted(path, stop);
            }
        }
    }

    private static void leave(Path real) {
        synchronized (OF_THIS_PROCESS) {
            OF_THIS_PROCESS.remove(real);
            OF_THIS_PROCESS.notifyAll();
        }
    }

    private static Path make(Path path) {
        try {
            Files.createDirectories(path);
            return path.toRealPath();
        } catch (FileAlreadyExistsException taken) {
            throw new DataDirectoryUnavailableException(
                    "the data directory " + path + " cannot be used: " + taken.getFile() + " is not a directory",
                    taken);
        } catch (IOException failed) {
            throw unusable(path, failed);
        }
    }

    @FunctionalInterface
    private interface Locking {
        void lock(FileChannel file) throws IOException;
    }

    /** For whom {@link #OF_THIS_PROCESS} has it, so that no lock of this process is dropped by closing the file. */
    private static DataDirectory open(Path path, Path real, Locking locking) {
        @Nullable FileChannel file = null;
        @Nullable DataDirectory taken = null;
        try {
            file = FileChannel.open(
                    real.resolve("owner.lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            locking.lock(file);
            writeOwner(file);
            taken = new DataDirectory(path, real, file);
            return taken;
        } catch (FileLockInterruptionException | ClosedByInterruptException stop) {
            throw interrupted(path, stop);
        } catch (IOException failed) {
            throw unusable(path, failed);
        } finally {
            if (taken == null) {
                giveUp(real, file);
            }
        }
    }

    private static void giveUp(Path real, @Nullable FileChannel file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException alsoFailed) {
            throw unusable(real, alsoFailed);
        } finally {
            leave(real);
        }
    }

    private static String ownerOf(FileChannel file) throws IOException {
        ByteBuffer text = ByteBuffer.allocate((int) LOCKED_BYTE);
        file.read(text, 0);
        String owner = StandardCharsets.UTF_8.decode(text.flip()).toString().strip();
        return owner.isEmpty() ? "a process that did not say which" : owner;
    }

    private static void writeOwner(FileChannel file) throws IOException {
        String owner = "process " + ProcessHandle.current().pid() + " on host " + host() + " since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\n";
        file.truncate(0);
        file.write(StandardCharsets.UTF_8.encode(owner), 0);
        file.force(true);
    }

    /** From the kernel where it says so: asking for the name of an address may take seconds. */
    private static String host() throws IOException {
        Path kernel = Path.of("/proc/sys/kernel/hostname");
        return Files.isReadable(kernel)
                ? Files.readString(kernel).strip()
                : InetAddress.getLocalHost().getHostName();
    }

    private static DataDirectoryUnavailableException inUse(Path path, String owner) {
        return new DataDirectoryUnavailableException("the data directory " + path + " is in use by " + owner
                + ", expected one that no other server has; a standby waits for it");
    }

    private static DataDirectoryUnavailableException interrupted(Path path, Exception stop) {
        return new DataDirectoryUnavailableException("interrupted while waiting for the data directory " + path, stop);
    }

    private static DataDirectoryUnavailableException unusable(Path path, IOException failed) {
        return new DataDirectoryUnavailableException(
                "the data directory " + path + " cannot be used: " + failed, failed);
    }

    /** Absolute. */
    public Path path() {
        return path;
    }

    /** Lets the next have it. The file stays: removing it would race with one that has it open. */
    @Override
    public void close() throws IOException {
        try (file) {
            file.truncate(0);
        } finally {
            leave(real);
        }
    }
}
