package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/**
 * Puts the output of an environment's processes into the invocation during which it was written. What was in a pipe when
 * an invocation ended still belongs to it, so its last lines wait until the pipes were seen empty, or until the next
 * invocation starts. Thread-safe.
 */
final class EnvironmentLog {
    /** Of one invocation, or of the time between two; what is beyond is counted and thrown away. */
    static final int MAXIMUM_BYTES = 1 << 20;

    private static final int TAIL_BYTES = 4096;

    private final FunctionDefinition definition;
    private final FunctionLogSink sink;
    private final Set<OutputPump> pumps = new CopyOnWriteArraySet<>();

    private final Object lock = new Object();
    private final Tail tail = new Tail(TAIL_BYTES);
    private Optional<String> requestId = Optional.empty();
    private int keptBytes;
    private long droppedBytes;
    private @Nullable String closing;

    EnvironmentLog(FunctionDefinition definition, FunctionLogSink sink) {
        this.definition = definition;
        this.sink = sink;
    }

    void attach(OutputPump pump) {
        pumps.add(pump);
    }

    void detach(OutputPump pump) {
        pumps.remove(pump);
        synchronized (lock) {
            settle();
        }
    }

    /** A line of the platform's own, outside of any invocation. */
    void platform(String line) {
        synchronized (lock) {
            sink.line(definition, requestId, line);
        }
    }

    void started(String id) {
        synchronized (lock) {
            closeIfDue();
            requestId = Optional.of(id);
            keptBytes = 0;
            droppedBytes = 0;
            tail.clear();
            own("START RequestId: " + id + " Version: " + definition.version());
        }
    }

    /** @param report the lines behind the function's own, END first */
    void ended(String report) {
        synchronized (lock) {
            closing = report;
            settle();
        }
    }

    /** Runs {@code chunk} alone, so that no invocation starts or ends between a chunk and its lines. */
    void exclusively(OutputPump.Chunk chunk) throws IOException {
        synchronized (lock) {
            chunk.run();
            settle();
        }
    }

    /** Only from within {@link #exclusively}. */
    void line(String line, int bytes) {
        tail.add(line);
        if (keptBytes + bytes > MAXIMUM_BYTES) {
            droppedBytes += bytes;
            return;
        }
        keptBytes += bytes;
        sink.line(definition, requestId, line);
    }

    private void settle() {
        if (closing != null && pumps.stream().noneMatch(OutputPump::hasMore)) {
            closeIfDue();
        }
    }

    private void closeIfDue() {
        String report = closing;
        if (report == null) {
            return;
        }
        closing = null;
        pumps.forEach(OutputPump::flush);
        report.lines().forEach(this::own);
        requestId.ifPresent(id -> sink.ended(definition, id, tail.bytes(), droppedBytes));
        requestId = Optional.empty();
        keptBytes = 0;
        droppedBytes = 0;
    }

    private void own(String line) {
        tail.add(line);
        sink.line(definition, requestId, line);
    }

    /** The last bytes of what was added. */
    private static final class Tail {
        private final byte[] ring;
        private long written;

        Tail(int size) {
            ring = new byte[size];
        }

        void clear() {
            written = 0;
        }

        void add(String line) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            for (int i = Math.max(0, bytes.length - ring.length); i < bytes.length; i++) {
                ring[(int) (written++ % ring.length)] = bytes[i];
            }
            ring[(int) (written++ % ring.length)] = '\n';
        }

        byte[] bytes() {
            int length = (int) Math.min(written, ring.length);
            byte[] last = new byte[length];
            for (int i = 0; i < length; i++) {
                last[i] = ring[(int) ((written - length + i) % ring.length)];
            }
            return last;
        }
    }
}
