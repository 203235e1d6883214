package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** The working directory of the server's process environments, held by a lock on a file in it. Blocking. */
final class Directories implements AutoCloseable {
    private final Path root;
    private final FileChannel lockFile;

    private Directories(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /** @throws IllegalStateException if another server uses it */
    static Directories open(Path directory) {
        try {
            Files.createDirectories(directory);
            Path root = directory.toRealPath();
            FileChannel lockFile =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!lock(lockFile)) {
                lockFile.close();
                throw new IllegalStateException("the directory of process environments " + directory
                        + " is used by another server, expected one of this server's own");
            }
            Directories directories = new Directories(root, lockFile);
            directories.clear(); // What a server that was killed left behind.
            return directories;
        } catch (IOException e) {
            throw new UncheckedIOException("the directory of process environments " + directory + " cannot be used", e);
        }
    }

    Path create(String... names) {
        Path directory = root;
        for (String name : names) {
            directory = directory.resolve(name);
        }
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " cannot be created", e);
        }
    }

    /** With all that is in it; does nothing if it is not there. */
    static void delete(Path directory) {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(directory, new Deletion());
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " cannot be deleted", e);
        }
    }

    @Override
    public void close() {
        clear();
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the lock of " + root + " cannot be given up", e);
        }
    }

    private void clear() {
        delete(root.resolve("versions"));
        delete(root.resolve("environments"));
        delete(root.resolve("runtime"));
    }

    private static boolean lock(FileChannel file) throws IOException {
        try {
            @Nullable FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException thisServer) {
            return false;
        }
    }

    /** Unpacked code is read-only, and a function may have taken rights from its own files. */
    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
