package io.millrace.runtime.objects;

import io.millrace.runtime.objects.ObjectUnavailableException.Refused;
import io.millrace.runtime.objects.ObjectUnavailableException.TooLarge;
import io.millrace.runtime.objects.ObjectUnavailableException.Unreachable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A folder of buckets, which are folders, too. Nothing outside is read, whatever links there are. */
final class FolderObjects implements CodeObjects {
    private final Vertx vertx;
    private final Path folder;

    FolderObjects(Vertx vertx, Path folder) {
        this.vertx = vertx;
        this.folder = folder;
    }

    @Override
    public Future<byte[]> read(ObjectName object, int limit) {
        return vertx.executeBlocking(() -> content(object, limit), false);
    }

    private byte[] content(ObjectName object, int limit) {
        if (object.version().isPresent()) {
            throw Refused.noSuchVersion(); // Files have no versions.
        }
        try {
            Path file = file(object);
            try (InputStream content = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                byte[] bytes = content.readNBytes(limit + 1);
                if (bytes.length > limit) {
                    throw new TooLarge(limit);
                }
                return bytes;
            }
        } catch (InvalidPathException | NoSuchFileException absent) {
            throw Refused.noSuchKey();
        } catch (AccessDeniedException denied) {
            throw Refused.accessDenied();
        } catch (IOException failed) {
            throw new Unreachable("file of bucket '" + object.bucket() + "' in folder '" + folder + "' cannot be read: "
                    + failed.getMessage());
        }
    }

    private Path file(ObjectName object) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new Unreachable("the setting code.s3 is '" + folder + "', expected a folder that exists");
        }
        Path root = folder.toRealPath();
        Path bucket = root.resolve(object.bucket());
        if (!Files.isDirectory(bucket)) {
            throw Refused.noSuchBucket();
        }
        // Joined, not resolved: a key that begins with a slash is not the path of another file.
        Path file = Path.of(bucket.toString(), object.key()).toRealPath();
        if (!file.startsWith(root)) {
            throw Refused.accessDenied();
        }
        if (!Files.isRegularFile(file) || object.key().endsWith("/")) {
            throw Refused.noSuchKey();
        }
        return file;
    }
}
