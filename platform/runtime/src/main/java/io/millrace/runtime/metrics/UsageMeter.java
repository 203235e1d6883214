package io.millrace.runtime.metrics;

import io.millrace.core.function.FunctionName;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.RegistryUnavailableException;
import io.millrace.runtime.registry.UsageAmount;
import io.millrace.runtime.registry.UsageRow;
import io.millrace.runtime.registry.UsageStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Meters what functions use and writes it down every {@value #PERIOD_MILLIS} ms, so that a server which is killed loses no
 * more than that. Use counts for the day, in UTC, on which it is written. Thread-safe.
 */
public final class UsageMeter implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(UsageMeter.class);
    private static final long PERIOD_MILLIS = 5_000;
    /** In one transaction, which others have to wait for. */
    private static final int ROWS_AT_ONCE = 500;

    private final Vertx vertx;
    private final UsageStore store;
    private final int days;
    private final InstantSource clock;
    private final Set<VersionUsage> versions = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean writing = new AtomicBoolean();
    private final long timer;
    private LocalDate cleanedOn = LocalDate.MIN;
    private boolean closed;

    private record Unwritten(VersionUsage usage, UsageRow row) {}

    /** @param days to keep, today included; with 0 nothing is written, and what was is removed */
    public UsageMeter(Vertx vertx, UsageStore store, int days, InstantSource clock) {
        this.vertx = vertx;
        this.store = store;
        this.days = days;
        this.clock = clock;
        this.timer = vertx.setPeriodic(PERIOD_MILLIS, now -> writeSoon());
    }

    /** To be kept by who counts, and {@linkplain VersionUsage#retire retired}. */
    VersionUsage of(FunctionName function, String version) {
        VersionUsage opened = new VersionUsage(function.value(), version);
        versions.add(opened);
        return opened;
    }

    /** Runs {@code query} on a worker when all is written that was used before. */
    <T> Future<T> whenWritten(Callable<T> query) {
        return vertx.executeBlocking(
                () -> {
                    write();
                    return query.call();
                },
                false);
    }

    UsageStore store() {
        return store;
    }

    LocalDate today() {
        return clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
    }

    private void writeSoon() {
        if (writing.compareAndSet(false, true)) {
            vertx.executeBlocking(
                            () -> {
                                write();
                                return null;
                            },
                            false)
                    .onFailure(failed -> LOGGER.atWarn()
                            .addKeyValue(LogKeys.REASON, failed.getMessage())
                            .log("usage cannot be written; it is tried again"))
                    .onComplete(done -> writing.set(false));
        }
    }

    /** @throws RegistryUnavailableException if not all was written; the rest is kept for the next time */
    private synchronized void write() {
        if (closed) {
            return;
        }
        LocalDate today = today();
        if (!today.equals(cleanedOn)) {
            store.removeBefore(today.minusDays(days - 1L));
            cleanedOn = today;
        }
        List<Unwritten> some = new ArrayList<>();
        for (VersionUsage usage : versions) {
            UsageAmount more = usage.unwritten();
            if (days > 0 && !more.equals(UsageAmount.NOTHING)) {
                some.add(new Unwritten(usage, usage.on(today, more)));
            }
            if (some.size() == ROWS_AT_ONCE) {
                write(some);
                some.clear();
            }
        }
        if (!some.isEmpty()) {
            write(some);
        }
        // In this order: what is over does not change any more.
        versions.removeIf(
                usage -> usage.isOver() && (days == 0 || usage.unwritten().equals(UsageAmount.NOTHING)));
    }

    private void write(List<Unwritten> some) {
        store.add(some.stream().map(Unwritten::row).toList());
        some.forEach(each -> each.usage().written(each.row().amount()));
    }

    /** Writes the rest; blocks. */
    @Override
    public void close() {
        vertx.cancelTimer(timer);
        synchronized (this) {
            write();
            closed = true;
        }
    }
}
