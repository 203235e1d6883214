package io.millrace.runtime.dispatch;

import io.millrace.runtime.environment.ResponseSink;
import java.util.function.Consumer;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * One response on its way to its caller, part by part. At most {@link #WINDOW} bytes are under way that the caller has
 * not said to have taken: so much of a response a broker and two nodes hold at most, however slow its reader is. When
 * the caller is gone, the rest is dropped and the function runs on unhindered. Thread-safe.
 */
final class StreamedReply implements ResponseSink {
    /** In bytes, and so that it is full of a few large chunks or of about a thousand small ones. */
    static final long WINDOW = 1_048_576;

    private final StreamedParts parts;
    private final Consumer<Message> sender;
    private final Runnable whenEnded;
    private final Object lock = new Object();
    private long underWay;
    private int sent;
    private boolean dropping;
    private @Nullable Runnable waiting;

    /**
     * @param sender sends messages to the caller in the order it gets them
     * @param whenEnded called once, when the last part was made
     */
    StreamedReply(StreamedParts parts, Consumer<Message> sender, Runnable whenEnded) {
        this.parts = parts;
        this.sender = sender;
        this.whenEnded = whenEnded;
    }

    @Override
    public void begin(String contentType) {
        synchronized (lock) {
            int number = sent++; // Counted also where it is dropped, or the rest would pass for the whole.
            if (!dropping) {
                sender.accept(parts.begin(number, contentType));
            }
        }
    }

    @Override
    public void write(byte[] chunk) {
        synchronized (lock) {
            int number = sent++;
            if (!dropping) {
                underWay += StreamedParts.cost(chunk.length);
                sender.accept(parts.chunk(number, chunk));
            }
        }
    }

    @Override
    public boolean isFull() {
        synchronized (lock) {
            return !dropping && underWay >= WINDOW;
        }
    }

    @Override
    public void whenWritable(Runnable resume) {
        synchronized (lock) {
            if (isFull()) {
                waiting = resume;
                return;
            }
        }
        resume.run();
    }

    /** The caller has taken so much more, as {@link StreamedParts#cost} counts. */
    void taken(long bytes) {
        resume(() -> underWay = Math.max(0, underWay - bytes));
    }

    /** Nobody takes the rest. */
    void abandon() {
        resume(() -> dropping = true);
    }

    /**
     * Drops what is written from now on.
     *
     * @return how many parts were made
     */
    int end() {
        int made;
        synchronized (lock) {
            made = sent;
        }
        abandon();
        whenEnded.run();
        return made;
    }

    private void resume(Runnable change) {
        Runnable resumed = null;
        synchronized (lock) {
            change.run();
            if (waiting != null && !isFull()) {
                resumed = waiting;
                waiting = null;
            }
        }
        if (resumed != null) {
            resumed.run();
        }
    }
}
