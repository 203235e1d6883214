package io.millrace.runtime.mapping;

import io.millrace.eventsource.SourceAwayException;
import io.millrace.eventsource.SourceRecord;
import io.millrace.runtime.mapping.PartitionBuffer.Read;
import io.millrace.runtime.mapping.StopSignal.Stopped;
import io.millrace.runtime.observe.LogKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds a function from one partition: one thread reads, and one for each lane has the function run its batches.
 * Platform threads, as a source may hold locks while it waits. Thread-safe; no method blocks.
 */
final class PartitionPoller {
    private static final Logger LOGGER = LoggerFactory.getLogger(PartitionPoller.class);
    /** So long a stop waits for a reader. */
    private static final Duration PATIENCE = Duration.ofMillis(500);
    /** A source that has nothing and does not wait is not asked without a break. */
    private static final Duration BREAK = Duration.ofMillis(100);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final OpenPartition partition;
    private final EventFilter filter;
    private final SourceHealth health;
    private final FeedingParts parts;
    private final PartitionBuffer buffer;
    private final Commits commits;
    private final StopSignal signal = new StopSignal();
    private final int lanes;
    private final AtomicInteger threads;
    private final AtomicBoolean broke = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    PartitionPoller(OpenPartition partition, EventFilter filter, SourceHealth health, FeedingParts parts) {
        this.partition = partition;
        this.filter = filter;
        this.health = health;
        this.parts = parts;
        MappingSettings settings = partition.mapping().settings();
        this.lanes = settings.stream().parallelization();
        this.threads = new AtomicInteger(lanes + 1);
        Lane.Limits limits = new Lane.Limits(
                settings.batchSize(),
                partition.mostRecordBytes(),
                settings.window().toNanos(),
                settings.stream().tumblingWindow());
        this.buffer = new PartitionBuffer(signal, lanes, limits);
        this.commits = new Commits(partition.mapping(), partition.name(), partition.source(), buffer, health, signal);
    }

    /** Once. */
    void start() {
        start("read", this::read);
        for (int lane = 0; lane < lanes; lane++) {
            LaneWorker worker = new LaneWorker(
                    lane,
                    partition,
                    buffer,
                    commits,
                    new FunctionCalls(partition.mapping(), parts, signal),
                    new FailureRecords(partition.mapping(), partition.name(), partition.source(), parts, signal),
                    health,
                    parts.clock());
            start("lane-" + lane, worker::work);
        }
    }

    /** Batches that run end as they began; those that wait for another attempt will be read again. */
    void stop() {
        signal.stop();
    }

    /** What runs will be read again, too. */
    void abandon() {
        signal.abandon();
    }

    /** Completes when no thread is left. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Whether it ended by a mistake of ours: what it had read must be read again. */
    boolean broke() {
        return broke.get();
    }

    private interface Work {
        void run() throws Stopped;
    }

    private void start(String task, Work work) {
        String name = "mapping-" + partition.mapping().uuid() + "-" + partition.name() + "-" + task;
        Thread thread = new Thread(() -> run(work), name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((failed, mistake) -> LOGGER.atError()
                .addKeyValue(LogKeys.MAPPING, partition.mapping().uuid())
                .addKeyValue(LogKeys.SOURCE, partition.name())
                .setCause(mistake)
                .log("poller of a partition broke"));
        thread.start();
    }

    private void run(Work work) {
        boolean isStopped = false;
        try {
            work.run();
        } catch (Stopped stop) {
            isStopped = true;
        } finally {
            if (!isStopped) {
                broke.set(true);
            }
            signal.stop();
            if (threads.decrementAndGet() == 0) {
                ended.complete(null);
            }
        }
    }

    /** Returns never. */
    private void read() throws Stopped {
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (true) {
            buffer.awaitRoom();
            try {
                readOnce();
                backoff.reset();
            } catch (SourceAwayException away) {
                health.away(partition.name(), String.valueOf(away.getMessage()));
                signal.pause(backoff.next());
            }
        }
    }

    private void readOnce() throws Stopped {
        Instant asked = parts.clock().instant();
        long began = System.nanoTime();
        int most = partition.mapping().settings().batchSize();
        List<SourceRecord> records = partition.source().read(partition.name(), most, PATIENCE);
        health.back(partition.name());
        if (!records.isEmpty() && signal.isStopping()) {
            broke.set(true); // Another poller may be behind these by now: only what is committed counts.
            throw new Stopped();
        }
        if (!records.isEmpty()) {
            List<Read> judged = judged(records);
            health.counts().polled(judged.size());
            health.counts()
                    .filteredOut(
                            judged.stream().filter(read -> !read.isWanted()).count());
            buffer.add(judged);
            commits.commit();
            return;
        }
        if (!partition.source().mayHaveMore(partition.name())) {
            buffer.nothingCameBefore(asked, began);
        }
        if (System.nanoTime() - began < BREAK.toNanos()) {
            signal.pause(BREAK);
        }
    }

    /** They were read and will not be read again: each is asked about until there is an answer. */
    private List<Read> judged(List<SourceRecord> records) throws Stopped {
        List<Read> judged = new ArrayList<>();
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (judged.size() < records.size()) {
            SourceRecord next = records.get(judged.size());
            try {
                judged.add(new Read(next, partition.source().matches(filter, next)));
            } catch (SourceAwayException unreadable) {
                health.away(partition.name(), String.valueOf(unreadable.getMessage()));
                signal.pause(backoff.next());
            }
        }
        return judged;
    }
}
