package io.millrace.runtime.logs;

import io.millrace.runtime.observe.LogKeys;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes lines to disk. Who adds a line never waits: what does not fit into the queue is dropped and
 * counted, and the log tells how many there were. Thread-safe.
 */
final class LogWriter implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LogWriter.class);

    /** Bytes, about, that may wait for the disk. */
    private static final long MOST_QUEUED = 32L << 20;
    /** Of these, of one function, so that a flood of one leaves room for the others. */
    private static final long MOST_QUEUED_OF_ONE = 8L << 20;

    private static final int MOST_IN_BATCH = 8_192;
    private static final int WRITTEN_AT_ONCE = 256 * 1024;
    private static final int MOST_OPEN_FILES = 128;
    /** After the first line the writer waits so long for more: one wake-up and one write for all of them. */
    private static final long GATHER_NANOS = Duration.ofMillis(10).toNanos();

    private static final long SLEEP_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long PATIENCE_MILLIS = 10_000;
    private static final long WARN_EVERY_NANOS = Duration.ofMinutes(1).toNanos();
    private static final String BY_THE_PLATFORM = "";

    private final InstantSource clock;
    private final Runnable sweep;
    private final ConcurrentLinkedQueue<QueuedLine> queue = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<FunctionLog> withDropped = new ConcurrentLinkedQueue<>();
    private final AtomicLong queued = new AtomicLong();
    private final AtomicBoolean sleeping = new AtomicBoolean();
    private final LinkedHashSet<SegmentWriter> open = new LinkedHashSet<>();
    private final LineEncoder encoder = new LineEncoder();
    private final Thread thread = new Thread(this::run, "function-logs");
    private volatile boolean closed;
    private long warnedNanos;
    private boolean warned;

    /** @param sweep called by the writer's thread at least every half minute */
    LogWriter(InstantSource clock, Runnable sweep) {
        this.clock = clock;
        this.sweep = sweep;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void add(QueuedLine line) {
        int weight = line.weight();
        FunctionLog log = line.log();
        if (queued.get() + weight > MOST_QUEUED || log.queued().get() + weight > MOST_QUEUED_OF_ONE || closed) {
            if (log.dropped().getAndIncrement() == 0) {
                withDropped.add(log);
                wake();
            }
            return;
        }
        queued.addAndGet(weight);
        log.queued().addAndGet(weight);
        queue.add(line);
        wake();
    }

    private void wake() {
        if (sleeping.get() && sleeping.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        long swept = System.nanoTime() - SLEEP_NANOS;
        while (!closed || !queue.isEmpty()) {
            try {
                int written = writeBatch();
                if (System.nanoTime() - swept >= SLEEP_NANOS) {
                    sweep.run();
                    swept = System.nanoTime();
                }
                if (written == 0) {
                    rest();
                }
            } catch (Throwable bug) { // The edge of this thread: without it nothing would ever be written again.
                LOGGER.atError().setCause(bug).log("writing the logs of functions failed");
            }
        }
        open.forEach(this::close);
    }

    private void rest() {
        sleeping.set(true);
        if (queue.isEmpty() && withDropped.isEmpty() && !closed) {
            LockSupport.parkNanos(this, SLEEP_NANOS);
        }
        sleeping.set(false);
        if (!closed) {
            LockSupport.parkNanos(this, GATHER_NANOS);
        }
    }

    private int writeBatch() {
        Map<FunctionLog, List<QueuedLine>> batch = new LinkedHashMap<>();
        int taken = 0;
        for (QueuedLine line = queue.poll(); line != null; line = taken < MOST_IN_BATCH ? queue.poll() : null) {
            taken++;
            batch.computeIfAbsent(line.log(), log -> new ArrayList<>()).add(line);
        }
        for (FunctionLog log = withDropped.poll(); log != null; log = withDropped.poll()) {
            batch.computeIfAbsent(log, quiet -> new ArrayList<>());
            taken++;
        }
        batch.forEach(this::write);
        return taken;
    }

    private void write(FunctionLog log, List<QueuedLine> lines) {
        SegmentWriter segments = log.segments();
        long atOnce = Math.min(WRITTEN_AT_ONCE, segments.segmentBytes());
        long weight = lines.stream().mapToLong(QueuedLine::weight).sum();
        try {
            int unwritten = 0;
            for (QueuedLine line : lines) {
                unwritten++;
                encode(line);
                if (encoder.length() >= atOnce) {
                    flush(log, unwritten);
                    unwritten = 0;
                }
            }
            flush(log, unwritten);
            tellDropped(log);
        } finally { // Or a bug would leave ever less room for what comes.
            queued.addAndGet(-weight);
            log.queued().addAndGet(-weight);
        }
        open.remove(segments); // The one written last is to stand last.
        if (segments.isOpen()) {
            open.add(segments);
            closeSurplus();
        }
        log.written();
    }

    private void encode(QueuedLine line) {
        String text = line.text();
        int from = 0;
        if (line.stream() == LogStream.PLATFORM) {
            for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
                encoder.add(line, text, from, end);
                from = end + 1;
            }
        }
        encoder.add(line, text, from, text.length());
    }

    private void tellDropped(FunctionLog log) {
        long lines = log.dropped().get();
        if (lines == 0) {
            return;
        }
        String text = lines + (lines == 1 ? " line" : " lines") + " dropped: more came than could be written";
        encode(new QueuedLine(
                log,
                clock.millis(),
                EnvironmentLines.NO_REQUEST,
                BY_THE_PLATFORM,
                BY_THE_PLATFORM,
                LogStream.PLATFORM,
                text));
        // If that fails as well, the next line that can be written brings it along.
        if (flush(log, 0) && log.dropped().addAndGet(-lines) > 0) {
            withDropped.add(log);
        }
    }

    private boolean flush(FunctionLog log, int lines) {
        if (encoder.length() == 0) {
            return true;
        }
        try {
            log.segments().write(encoder.take());
            return true;
        } catch (IOException failed) {
            log.dropped().addAndGet(lines);
            warn(failed);
            return false;
        }
    }

    private void warn(IOException failed) {
        long now = System.nanoTime();
        if (!warned || now - warnedNanos > WARN_EVERY_NANOS) {
            warned = true;
            warnedNanos = now;
            LOGGER.atWarn()
                    .addKeyValue(LogKeys.REASON, failed.toString())
                    .log("the logs of functions cannot be written; their lines are dropped until they can");
        }
    }

    private void closeSurplus() {
        while (open.size() > MOST_OPEN_FILES) {
            SegmentWriter longestUnused = open.iterator().next();
            open.remove(longestUnused);
            close(longestUnused);
        }
    }

    private void close(SegmentWriter segments) {
        try {
            segments.closeFile();
        } catch (IOException failed) {
            warn(failed);
        }
    }

    /** Writes what was added before. Blocks until that is done, for some seconds at most. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(PATIENCE_MILLIS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
