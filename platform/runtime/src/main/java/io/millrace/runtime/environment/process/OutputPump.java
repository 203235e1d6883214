package io.millrace.runtime.environment.process;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads the output of one process to its end, on the thread that calls {@link #run}; the process is never made to wait
 * for longer than a line takes to be handed on.
 */
final class OutputPump {
    private static final int CHUNK_BYTES = 32 * 1024;
    private static final int MAXIMUM_LINE_BYTES = 64 * 1024;

    private final InputStream output;
    private final boolean canLook;
    private final EnvironmentLog log;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final byte[] line = new byte[MAXIMUM_LINE_BYTES];
    private int lineLength;

    /** Something to do with bytes that were just read. */
    interface Chunk {
        void run() throws IOException;
    }

    private OutputPump(InputStream output, boolean canLook, EnvironmentLog log) {
        this.output = output;
        this.canLook = canLook;
        this.log = log;
    }

    /**
     * The JDK's own stream cannot be asked how much there is while another thread reads from it: both want its lock. So
     * the pipe is opened a second time.
     */
    static OutputPump of(Process process, EnvironmentLog log) {
        try {
            InputStream own = new FileInputStream("/proc/" + process.pid() + "/fd/1");
            process.getInputStream().close();
            return new OutputPump(own, true, log);
        } catch (IOException alreadyGoneOrHidden) {
            return new OutputPump(process.getInputStream(), false, log);
        }
    }

    /** Blocks until nobody can write any more. */
    void run() throws IOException {
        log.attach(this);
        try (output) {
            // One byte first: if this thread is held up behind it, the rest is still there to be seen by hasMore.
            int first = output.read();
            while (first >= 0) {
                chunk[0] = (byte) first;
                log.exclusively(this::take);
                first = output.read();
            }
        } finally {
            log.exclusively(this::flush);
            log.detach(this);
        }
    }

    /** Whether there is output that no line was made of yet. Does not block. */
    boolean hasMore() {
        try {
            return canLook && output.available() > 0;
        } catch (IOException closed) {
            return false;
        }
    }

    /** Makes a line of an unfinished one; under the lock of the log. */
    void flush() {
        if (lineLength > 0) {
            emit();
        }
    }

    private void take() throws IOException {
        int available = Math.min(output.available(), chunk.length - 1);
        int more = available > 0 ? Math.max(0, output.read(chunk, 1, available)) : 0;
        for (int i = 0; i <= more; i++) {
            if (chunk[i] == '\n') {
                emit();
            } else if (lineLength < line.length) {
                line[lineLength++] = chunk[i];
            } else {
                emit();
                line[lineLength++] = chunk[i];
            }
        }
    }

    private void emit() {
        log.line(new String(line, 0, lineLength, StandardCharsets.UTF_8), lineLength + 1);
        lineLength = 0;
    }
}
