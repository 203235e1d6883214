package io.millrace.runtime.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that a collector is away, and once that it is back. Thread-safe. */
final class WatchedExporter implements SpanExporter {
    private static final Logger LOGGER = LoggerFactory.getLogger(WatchedExporter.class);

    private final SpanExporter exporter;
    private final URI endpoint;
    private final AtomicBoolean away = new AtomicBoolean();

    WatchedExporter(SpanExporter exporter, URI endpoint) {
        this.exporter = exporter;
        this.endpoint = endpoint;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = exporter.export(spans);
        result.whenComplete(() -> {
            if (result.isSuccess()) {
                succeeded();
            } else {
                failed(Optional.ofNullable(result.getFailureThrowable()));
            }
        });
        return result;
    }

    private void succeeded() {
        if (away.compareAndSet(true, false)) {
            LOGGER.atInfo().addKeyValue("endpoint", endpoint).log("traces are taken again");
        }
    }

    private void failed(Optional<Throwable> why) {
        if (away.compareAndSet(false, true)) {
            LOGGER.atWarn()
                    .addKeyValue("endpoint", endpoint)
                    .addKeyValue("reason", why.map(Throwable::toString).orElse("it refused"))
                    .log("traces are not taken, and lost until they are; nothing else suffers");
        }
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
