package io.millrace.runtime.environment.inprocess;

import io.millrace.runtime.environment.ResponseSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What a handler writes its response to. Where somebody takes the response as it is made, that happens at each flush
 * and whenever 64 KiB have come together; the handler's thread waits while they are not taken. A response that was never
 * handed over before its end is one that the handler did not make bit by bit. For the handler's thread.
 */
final class ResponseOutput extends OutputStream {
    /** No runtime says what it is (lambda-semantics 7.4). */
    private static final String ANY_BYTES = "application/octet-stream";

    private static final byte[] NOTHING = {};

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final @Nullable ResponseSink sink;
    private boolean begun;
    private long written;

    ResponseOutput(Optional<ResponseSink> sink) {
        this.sink = sink.orElse(null);
    }

    /** More was written than a response may have. */
    static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1;

        TooLargeException() {
            super("the response has more than " + ResponseSink.MAXIMUM_BYTES + " bytes");
        }
    }

    @Override
    public void write(int value) throws IOException {
        if (sink == null) {
            kept.write(value);
        } else {
            write(new byte[] {(byte) value}, 0, 1);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        ResponseSink to = sink;
        if (to == null) {
            kept.write(bytes, offset, length);
            return;
        }
        written += length;
        requireWithinLimit();
        int from = offset;
        int end = offset + length;
        while (from < end) {
            int part = Math.min(end - from, ResponseSink.CHUNK_BYTES - kept.size());
            kept.write(bytes, from, part);
            from += part;
            if (kept.size() == ResponseSink.CHUNK_BYTES) {
                handOver(to);
            }
        }
    }

    private void requireWithinLimit() throws TooLargeException {
        if (written > ResponseSink.MAXIMUM_BYTES) {
            throw new TooLargeException();
        }
    }

    @Override
    public void flush() throws IOException {
        if (sink != null && kept.size() > 0) {
            handOver(sink);
        }
    }

    private void handOver(ResponseSink to) throws IOException {
        if (!begun) {
            begun = true;
            to.begin(ANY_BYTES);
        }
        to.write(kept.toByteArray());
        kept.reset();
        if (to.isFull()) {
            awaitRoom(to);
        }
    }

    private static void awaitRoom(ResponseSink to) throws InterruptedIOException {
        CountDownLatch room = new CountDownLatch(1);
        to.whenWritable(room::countDown);
        try {
            room.await();
        } catch (InterruptedException cutOff) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the attempt was cut off while its response waited to be taken");
        }
    }

    /**
     * The handler is done.
     *
     * @return what was not handed over: all, or nothing
     * @throws TooLargeException also when the handler passed over it
     */
    byte[] finish() throws IOException {
        requireWithinLimit();
        if (begun) {
            flush();
            return NOTHING;
        }
        return kept.toByteArray();
    }
}
