package io.millrace.runtime.metrics;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.core.concurrency.ConcurrencyLedger;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.accounting.FunctionReading;
import io.millrace.runtime.accounting.FunctionReadings;
import io.millrace.runtime.mapping.MappingAdministration;
import io.millrace.runtime.mapping.MappingStats;
import io.millrace.runtime.metrics.QueueFamilies.Look;
import io.millrace.runtime.observe.Meters;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code /metrics}. What others count is read here, and only when somebody asks: at most one scrape runs at a
 * time, whoever asks meanwhile or soon after gets the same text, and it is made on a worker. Thread-safe; never blocks.
 */
final class Scrape implements AutoCloseable {
    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final Duration LONGEST_FRESH = Duration.ofSeconds(10);
    /** A text is good for so many times the time that it took to make, so that scrapes are not most of the work. */
    private static final int REST = 9;

    private static final long PATIENCE_MILLIS = 5_000;

    private final Vertx vertx;
    private final Parts parts;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final QueueFamilies queues;
    private final LatestAnswer<Map<String, Long>> undone;
    /** Read by the registry while a text is made. */
    private volatile MetricSnapshots current = MetricSnapshots.of();

    private @Nullable Future<Buffer> latest;
    private long freshUntilNanos;

    /** Whom it asks. */
    record Parts(
            Meters meters,
            FunctionReadings readings,
            Supplier<Future<Map<String, Long>>> undone,
            Function<Collection<FunctionName>, Future<Map<FunctionName, Duration>>> waitingAges,
            ConcurrencyLedger ledger,
            MappingAdministration mappings,
            BooleanSupplier isBrokerConnected,
            Clock clock) {}

    Scrape(Vertx vertx, Parts parts) {
        this.vertx = vertx;
        this.parts = parts;
        this.queues = new QueueFamilies(parts.meters());
        this.undone = new LatestAnswer<>(parts.undone(), Map.of());
        registry.getPrometheusRegistry().register(() -> current);
        collections.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /** In Prometheus' text format, version 0.0.4, in UTF-8. */
    synchronized Future<Buffer> text() {
        if (latest != null && (!latest.isComplete() || System.nanoTime() - freshUntilNanos < 0)) {
            return latest;
        }
        long began = System.nanoTime();
        Future<Buffer> made = make();
        latest = made;
        return made.onComplete(done -> rest(began));
    }

    private synchronized void rest(long beganNanos) {
        long ended = System.nanoTime();
        long rest = Math.min(LONGEST_FRESH.toNanos(), (ended - beganNanos) * REST);
        freshUntilNanos = ended + Math.max(FRESH.toNanos(), rest);
    }

    private Future<Buffer> make() {
        boolean connected = parts.isBrokerConnected().getAsBoolean();
        Future<Optional<Look>> accounts = connected ? inTime(look()) : Future.succeededFuture(Optional.empty());
        Future<Optional<List<MappingStats>>> mappings =
                connected ? inTime(parts.mappings().stats()) : Future.succeededFuture(Optional.empty());
        return Future.all(accounts, mappings)
                .compose(all ->
                        vertx.executeBlocking(() -> render(connected, accounts.result(), mappings.result()), false));
    }

    // First what was undone: each of these has left its queue when the queues are counted.
    private Future<Look> look() {
        return undone.now().compose(known -> parts.readings().readings().compose(readings -> look(readings, known)));
    }

    private Future<Look> look(Map<FunctionName, FunctionReading> readings, Map<String, Long> known) {
        return parts.waitingAges().apply(queues.waitAtBroker(readings)).map(ages -> new Look(readings, known, ages));
    }

    /** Empty when the broker does not tell. */
    private static <T> Future<Optional<T>> inTime(Future<T> asked) {
        return asked.timeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .map(Optional::of)
                .otherwise(away -> Optional.empty());
    }

    private Buffer render(boolean connected, Optional<Look> accounts, Optional<List<MappingStats>> mappings) {
        Instant now = parts.clock().instant();
        Families families = new Families();
        families.gauge("millrace_broker_connected", "1 while all connections to the broker are up.", connected ? 1 : 0);
        families.gauge(
                "millrace_scrape_complete",
                "1 if the broker told what it holds; else what only it knows is missing here.",
                accounts.isPresent() && mappings.isPresent() ? 1 : 0);
        families.gauge(
                "millrace_functions_without_label",
                "Functions that share one label because others came before them (setting metrics.functions).",
                parts.meters().sharing());
        parts.meters().all().forEach(function -> FunctionFamilies.add(families, function));
        ConcurrencyFamilies.add(families, parts.meters(), parts.ledger().reading());
        accounts.ifPresent(look -> queues.add(families, look, now));
        mappings.ifPresent(stats -> MappingFamilies.add(families, parts.meters(), stats));
        current = families.snapshots();
        return Buffer.buffer(registry.scrape());
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
