package io.millrace.runtime.payloads;

import io.millrace.core.invocation.StoredPayload;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** A directory with a file each. */
final class FolderPlace implements PayloadPlace {
    private final Vertx vertx;
    private final Path directory;
    /** Made once: to make one of a path asks the disk, and a disk of the network may not answer. */
    private final String address;

    FolderPlace(Vertx vertx, Path directory) {
        this.vertx = vertx;
        this.directory = directory;
        String uri = directory.toAbsolutePath().toUri().toString();
        this.address = uri.endsWith("/") ? uri : uri + "/";
    }

    @Override
    public String inWords() {
        return "the directory for large payloads " + directory;
    }

    @Override
    public Future<Void> take(Path whole, StoredPayload payload) {
        return blocking(() -> {
            force(whole, StandardOpenOption.WRITE);
            Files.move(whole, file(payload.name()), StandardCopyOption.ATOMIC_MOVE);
            force(directory, StandardOpenOption.READ);
            return null;
        });
    }

    private static void force(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }

    private <T> Future<T> blocking(Callable<T> work) {
        return vertx.executeBlocking(work, false);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    @Override
    public URI where(String name) {
        return URI.create(address + name);
    }

    @Override
    public Future<Boolean> exists(String name) {
        return blocking(() -> {
            try {
                Files.readAttributes(file(name), BasicFileAttributes.class);
                return true;
            } catch (NoSuchFileException gone) {
                requireDirectory();
                return false;
            }
        });
    }

    /** One that is away is no sign that its files are gone. */
    private void requireDirectory() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NoSuchFileException(directory.toString());
        }
    }

    /** The bytes are shared where the file system can. */
    @Override
    public Future<Boolean> copy(String name, String copy) {
        return blocking(() -> {
            try {
                link(file(name), file(copy));
                force(directory, StandardOpenOption.READ);
                return true;
            } catch (NoSuchFileException gone) {
                requireDirectory();
                return false;
            }
        });
    }

    private void link(Path file, Path copy) throws IOException {
        try {
            Files.createLink(copy, file);
        } catch (NoSuchFileException gone) {
            throw gone;
        } catch (UnsupportedOperationException | FileSystemException noLinksHere) {
            Path begun = directory.resolve(copy.getFileName() + PayloadStore.INCOMPLETE);
            Files.copy(file, begun, StandardCopyOption.REPLACE_EXISTING);
            force(begun, StandardOpenOption.WRITE);
            Files.move(begun, copy, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    @Override
    public Future<Void> remove(String name) {
        return blocking(() -> Files.deleteIfExists(file(name))).mapEmpty();
    }

    @Override
    public Map<String, Instant> list() throws IOException {
        return written(directory);
    }

    /** Files and when each was written; none where there is no directory. Blocks. */
    static Map<String, Instant> written(Path directory) throws IOException {
        Map<String, Instant> found = new HashMap<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                for (Path file : files) {
                    found.put(
                            file.getFileName().toString(),
                            Files.getLastModifiedTime(file).toInstant());
                }
            } catch (DirectoryIteratorException failed) {
                throw failed.getCause();
            }
        }
        return found;
    }
}
