package io.millrace.runtime.payloads;

import io.millrace.core.invocation.StoredPayload;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A payload on its way, of which a few chunks are in memory. Event loop of whoever began it. */
public final class IncomingPayload {
    /** So often the disk is asked what it has left. */
    private static final long LOOK_EVERY_BYTES = 64L * 1024 * 1024;

    private final PayloadStore store;
    private final String name;
    private final AsyncFile file;
    private final MessageDigest digest = sha256();
    private final Promise<Void> broken = Promise.promise();
    private long bytes;
    private long looked;
    private @Nullable Throwable failure;

    IncomingPayload(PayloadStore store, String name, AsyncFile file) {
        this.store = store;
        this.name = name;
        this.file = file;
        file.exceptionHandler(this::fail);
    }

    /** Fails, with PayloadUnavailableException, as soon as no more of it can be written. */
    public Future<Void> whenBroken() {
        return broken.future();
    }

    public void write(Buffer chunk) {
        if (failure != null) {
            return;
        }
        digest.update(chunk.getBytes());
        bytes += chunk.length();
        file.write(chunk).onFailure(this::fail);
        if (bytes - looked > LOOK_EVERY_BYTES) {
            looked = bytes;
            store.checkRoom().onFailure(this::fail);
        }
    }

    /** Whether to write no more before {@link #onDrain}. */
    public boolean isFull() {
        return failure == null && file.writeQueueFull();
    }

    public void onDrain(Handler<Void> drained) {
        file.drainHandler(drained);
    }

    public long bytes() {
        return bytes;
    }

    /** @return what a message may refer to, from now on; fails with PayloadUnavailableException */
    public Future<StoredPayload> finish() {
        return file.close()
                .onFailure(this::fail)
                .transform(closed -> failure != null
                        ? Future.failedFuture(unavailable(failure))
                        : store.complete(
                                new StoredPayload(name, bytes, HexFormat.of().formatHex(digest.digest()))))
                .onComplete(over -> store.discard(name));
    }

    /** Nothing will refer to it. */
    public void abandon() {
        file.close().onComplete(closed -> store.discard(name));
    }

    private void fail(Throwable why) {
        if (failure == null) {
            failure = why;
            broken.tryFail(unavailable(why));
        }
    }

    private PayloadUnavailableException unavailable(Throwable why) {
        return store.unavailable("takes no more after " + bytes + " bytes of a payload", why);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }
}
