package io.millrace.runtime.environment.inprocess;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.StoredPayload;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The event of one attempt, in the way its handler asks for it. For the attempt's thread; blocking. */
final class HandlerEvent implements AutoCloseable {
    private final byte[] inMemory;
    private final Optional<StoredPayload> stored;
    private final Optional<URI> place;
    private @Nullable StoredStream opened;

    private HandlerEvent(byte[] inMemory, Optional<StoredPayload> stored, Optional<URI> place) {
        this.inMemory = inMemory;
        this.stored = stored;
        this.place = place;
    }

    static HandlerEvent of(Invocation invocation) {
        Optional<URI> place = StoredPayload.place(invocation);
        return new HandlerEvent(
                invocation.payload(), place.isPresent() ? StoredPayload.of(invocation) : Optional.empty(), place);
    }

    /** @throws UnusablePayloadException if it is too large to be in memory, or cannot be read */
    byte[] bytes() {
        if (stored.isEmpty()) {
            return inMemory;
        }
        if (stored.get().bytes() > StoredPayload.LARGEST_IN_HEAP) {
            throw UnusablePayloadException.tooLarge(stored.get().bytes(), StoredPayload.LARGEST_IN_HEAP);
        }
        StoredStream bytes = open(stored.get());
        try {
            return bytes.readAllBytes();
        } catch (IOException failed) {
            throw bytes.unusable(failed);
        }
    }

    /** @throws UnusablePayloadException if it cannot be read */
    InputStream stream() {
        return stored.isEmpty() ? new ByteArrayInputStream(inMemory) : new BufferedInputStream(open(stored.get()));
    }

    private StoredStream open(StoredPayload payload) {
        StoredStream bytes = StoredStream.open(place.orElseThrow(), payload.bytes());
        opened = bytes;
        return bytes;
    }

    /** Why the handler's stream broke off, if it did: what the handler made of it is not the reason of the failure. */
    Optional<UnusablePayloadException> broken() {
        return opened == null ? Optional.empty() : opened.broken();
    }

    /** Also what its handler left open. */
    @Override
    public void close() throws IOException {
        if (opened != null) {
            opened.close();
        }
    }
}
