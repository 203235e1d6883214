package io.millrace.runtime.payloads;

import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.config.PayloadSettings;
import io.millrace.runtime.config.PayloadStoreSettings;
import io.millrace.runtime.objects.S3Bucket;
import io.millrace.runtime.observe.LogKeys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.OpenOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Large payloads: a file each, or an object each in a store. What comes is written to a file first. It has its name once
 * all of it is on the disk, or the store has confirmed it, which is before any message refers to it; it is removed once
 * the broker has noted that the last one which did is done with. What a crash leaves over is removed by
 * {@link PayloadSweep}. Thread-safe.
 */
public final class PayloadStore {
    private static final Logger LOGGER = LoggerFactory.getLogger(PayloadStore.class);
    static final String INCOMPLETE = ".part";
    /** One that is still coming is written to all the time; one that is on its way to the store takes minutes. */
    private static final Duration INCOMPLETE_FOR = Duration.ofHours(1);

    private final Vertx vertx;
    private final Path directory;
    private final Path dataDirectory;
    private final long maxBytes;
    private final PayloadPlace place;

    private PayloadStore(Vertx vertx, Path directory, Path dataDirectory, long maxBytes, PayloadPlace place) {
        this.vertx = vertx;
        this.directory = directory;
        this.dataDirectory = dataDirectory;
        this.maxBytes = maxBytes;
        this.place = place;
    }

    /**
     * Also where none is taken any more: earlier ones may wait. Blocks, and asks no other server.
     *
     * @param clock for the time of signatures
     * @throws PayloadUnavailableException if the directory that is set does not exist, or cannot be written to
     */
    public static PayloadStore open(Vertx vertx, PayloadSettings settings, Path dataDirectory, InstantSource clock) {
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
        Optional<PayloadStoreSettings> store = settings.store();
        PayloadPlace place = store.isEmpty()
                ? new FolderPlace(vertx, directory)
                : new BucketPlace(
                        new S3Bucket(vertx, store.get(), clock), store.get().place());
        return new PayloadStore(vertx, directory, dataDirectory, settings.maxBytes(), place);
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
        return vertx.<Void>executeBlocking(
                        () -> {
                            requireRoom(announced);
                            return null;
                        },
                        false)
                .compose(room -> vertx.fileSystem()
                        .open(
                                part(name).toString(),
                                new OpenOptions().setCreateNew(true).setWrite(true)))
                .map(file -> new IncomingPayload(this, name, file))
                .recover(failed -> Future.failedFuture(unavailable("takes no payload", failed)));
    }

    private Path part(String name) {
        return directory.resolve(name + INCOMPLETE);
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
        return vertx.<Void>executeBlocking(
                        () -> {
                            requireRoom(0);
                            return null;
                        },
                        false)
                .recover(failed -> Future.failedFuture(unavailable("takes no payload", failed)));
    }

    /** Once all of it was written: it is kept when this succeeds, also after a crash of the machine. */
    Future<StoredPayload> complete(StoredPayload payload) {
        return place.take(part(payload.name()), payload)
                .map(payload)
                .recover(failed -> Future.failedFuture(unavailable(place.inWords(), "takes no payload", failed)));
    }

    PayloadUnavailableException unavailable(String what, Throwable why) {
        return unavailable("the directory for large payloads " + directory, what, why);
    }

    private static PayloadUnavailableException unavailable(String where, String what, Throwable why) {
        if (why instanceof PayloadUnavailableException known) {
            return known;
        }
        Throwable cause = why.getCause() instanceof IOException io ? io : why;
        String text = cause instanceof NoSuchFileException missing
                ? "there is no " + missing.getFile()
                : "" + cause.getMessage();
        return new PayloadUnavailableException(where + " " + what + ": " + text, why);
    }

    /** Of an incomplete one that will never be completed. */
    void discard(String name) {
        Path part = part(name);
        vertx.executeBlocking(() -> Files.deleteIfExists(part), false).onFailure(kept -> notRemoved(name, kept));
    }

    /** Where its bytes can be read for some days; an address with a query is a secret. */
    public URI where(StoredPayload payload) {
        return place.where(payload.name());
    }

    /** No message refers to it any more, or ever did. Returns at once; a failure leaves it to the next sweep. */
    public void delete(StoredPayload payload) {
        place.remove(payload.name()).onFailure(kept -> notRemoved(payload.name(), kept));
    }

    private void notRemoved(String name, Throwable why) {
        LOGGER.atWarn()
                .addKeyValue("payload", name)
                .addKeyValue("place", place.inWords())
                .addKeyValue(LogKeys.REASON, why.getMessage())
                .log("payload not removed");
    }

    /** Whether its bytes are still there; fails with PayloadUnavailableException where that cannot be told. */
    public Future<Boolean> exists(StoredPayload payload) {
        return place.exists(payload.name())
                .recover(failed -> Future.failedFuture(unavailable(place.inWords(), "cannot be asked", failed)));
    }

    /**
     * For a message of its own, which may be done with before or after the other.
     *
     * @param name a UUID in text, of which there is none yet
     * @return false where there is nothing to copy any more; fails with PayloadUnavailableException
     */
    public Future<Boolean> copy(StoredPayload payload, String name) {
        return place.copy(payload.name(), name)
                .recover(failed -> Future.failedFuture(unavailable(place.inWords(), "makes no copy", failed)));
    }

    /** Names of those that are older than {@code age}; none where there is no directory. Blocks. */
    Set<String> olderThan(Duration age, Instant now) throws IOException {
        Set<String> old = new HashSet<>();
        for (Map.Entry<String, Instant> each : place.list().entrySet()) {
            if (each.getValue().plus(age).isBefore(now) && StoredPayload.isName(each.getKey())) {
                old.add(each.getKey());
            }
        }
        return old;
    }

    /** Those whose request ended with a crash; no message ever referred to one. Blocks. */
    void removeIncomplete(Instant now) throws IOException {
        for (Map.Entry<String, Instant> each : FolderPlace.written(directory).entrySet()) {
            String name = each.getKey();
            if (name.endsWith(INCOMPLETE)
                    && StoredPayload.isName(name.substring(0, name.length() - INCOMPLETE.length()))
                    && each.getValue().plus(INCOMPLETE_FOR).isBefore(now)) {
                Files.deleteIfExists(directory.resolve(name));
            }
        }
    }

    Future<Void> remove(String name) {
        return place.remove(name);
    }
}
