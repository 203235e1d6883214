package io.millrace.runtime.environment.inprocess;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.StoredPayload;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The event of one attempt, in the way its handler asks for it. For the attempt's thread; blocking. */
final class HandlerEvent implements AutoCloseable {
    private final byte[] inMemory;
    private final Optional<StoredPayload> stored;
    private final Optional<Path> file;
    private @Nullable InputStream opened;

    private HandlerEvent(byte[] inMemory, Optional<StoredPayload> stored, Optional<Path> file) {
        this.inMemory = inMemory;
        this.stored = stored;
        this.file = file;
    }

    static HandlerEvent of(Invocation invocation) {
        Optional<Path> file = StoredPayload.file(invocation);
        return new HandlerEvent(
                invocation.payload(), file.isPresent() ? StoredPayload.of(invocation) : Optional.empty(), file);
    }

    /** @throws UnusablePayloadException if it is too large to be in memory, or cannot be read */
    byte[] bytes() {
        if (stored.isEmpty()) {
            return inMemory;
        }
        if (stored.get().bytes() > StoredPayload.LARGEST_IN_HEAP) {
            throw UnusablePayloadException.tooLarge(stored.get().bytes(), StoredPayload.LARGEST_IN_HEAP);
        }
        try {
            return Files.readAllBytes(file.orElseThrow());
        } catch (IOException failed) {
            throw away(failed);
        }
    }

    /** @throws UnusablePayloadException if it cannot be read */
    InputStream stream() {
        if (stored.isEmpty()) {
            return new ByteArrayInputStream(inMemory);
        }
        try {
            InputStream bytes = new BufferedInputStream(Files.newInputStream(file.orElseThrow()));
            opened = bytes;
            return bytes;
        } catch (IOException failed) {
            throw away(failed);
        }
    }

    private UnusablePayloadException away(IOException failed) {
        String why = failed instanceof NoSuchFileException ? "there is no such file" : "" + failed.getMessage();
        return UnusablePayloadException.away(file.orElseThrow().toString(), why);
    }

    /** Also what its handler left open. */
    @Override
    public void close() throws IOException {
        if (opened != null) {
            opened.close();
        }
    }
}
