package io.millrace.runtime.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends spans to a collector by OTLP over HTTP, on threads of its own. What the collector does not take waits in memory,
 * so many spans at most; the rest is lost, and nobody else notices. Thread-safe.
 */
public final class TraceExport implements OpenTelemetry, AutoCloseable {
    private static final String TRACES_PATH = "/v1/traces";
    /** About 1 KB each. */
    private static final int MOST_WAITING = 8_192;

    private static final int AT_ONCE = 512;
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LAST_SECONDS = 2;

    /** The exporter logs each failure here with its stack; we say it once. Kept: the log manager would forget it. */
    private static final Logger EXPORTER_LOG = Logger.getLogger("io.opentelemetry.exporter.internal.http.HttpExporter");

    private final SdkTracerProvider provider;

    private TraceExport(SdkTracerProvider provider) {
        this.provider = provider;
    }

    /** @param endpoint of the collector, with the path or without one, http or https */
    public static TraceExport to(URI endpoint) {
        if (EXPORTER_LOG.getLevel() == null) {
            EXPORTER_LOG.setLevel(Level.OFF);
        }
        URI target = target(endpoint);
        OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(target.toString())
                .setTimeout(PATIENCE)
                .build();
        return new TraceExport(SdkTracerProvider.builder()
                .setResource(Resource.getDefault()
                        .merge(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "millrace"))))
                .setSampler(Sampler.alwaysOn()) // Decided before: see Spans.
                .addSpanProcessor(BatchSpanProcessor.builder(new WatchedExporter(exporter, target))
                        .setMaxQueueSize(MOST_WAITING)
                        .setMaxExportBatchSize(AT_ONCE)
                        .setScheduleDelay(PERIOD)
                        .setExporterTimeout(PATIENCE)
                        .build())
                .build());
    }

    /** With the path that collectors listen at, where none is given. */
    static URI target(URI endpoint) {
        String path = endpoint.getPath();
        return path == null || path.isEmpty() || path.equals("/") ? endpoint.resolve(TRACES_PATH) : endpoint;
    }

    @Override
    public TracerProvider getTracerProvider() {
        return provider;
    }

    @Override
    public ContextPropagators getPropagators() {
        return ContextPropagators.noop();
    }

    /** Sends what is left, for 2 s at most. */
    @Override
    public void close() {
        provider.shutdown().join(LAST_SECONDS, TimeUnit.SECONDS);
    }
}
