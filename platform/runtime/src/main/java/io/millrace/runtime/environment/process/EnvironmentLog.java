package io.millrace.runtime.environment.process;

import io.millrace.core.function.FunctionDefinition;
import io.millrace.runtime.environment.LogTail;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts the output of an environment's processes into the invocation during which it was written. What was in a pipe when
 * an invocation ended still belongs to it, so its last lines wait until the pipes were seen empty, or until the next
 * invocation starts. Thread-safe.
 */
final class EnvironmentLog {
    /** Of one invocation, or of the time between two; what is beyond is counted and thrown away. */
    static final int MAXIMUM_BYTES = 1 << 20;

    private final FunctionDefinition definition;
    private final FunctionLogSink.Lines sink;
    private final Set<OutputPump> pumps = new CopyOnWriteArraySet<>();

    private final Object lock = new Object();
    private final LogTail tail = new LogTail();
    private Optional<String> requestId = Optional.empty();
    private int keptBytes;
    private long droppedBytes;
    private @Nullable String closing;
    private @Nullable Consumer<byte[]> whenClosed;

    EnvironmentLog(FunctionDefinition definition, FunctionLogSink.Lines sink) {
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
            sink.platform(requestId, line);
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
        ended(report, null);
    }

    /** @param whenComplete called once with the tail, when the invocation's lines are complete; must not block */
    void ended(String report, @Nullable Consumer<byte[]> whenComplete) {
        synchronized (lock) {
            closing = report;
            whenClosed = whenComplete;
            settle();
        }
    }

    /** Whoever waits for the lines of this invocation waits no longer: something writes on and on. */
    void close(String id) {
        synchronized (lock) {
            if (requestId.filter(id::equals).isPresent()) {
                closeIfDue();
            }
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
        sink.line(requestId, line);
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
        own(report);
        requestId.ifPresent(id -> sink.ended(id, tail.bytes(), droppedBytes));
        if (whenClosed != null) {
            whenClosed.accept(tail.bytes());
            whenClosed = null;
        }
        requestId = Optional.empty();
        keptBytes = 0;
        droppedBytes = 0;
    }

    private void own(String lines) {
        tail.add(lines);
        sink.platform(requestId, lines);
    }
}
