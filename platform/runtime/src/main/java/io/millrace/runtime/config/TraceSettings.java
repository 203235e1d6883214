package io.millrace.runtime.config;

import java.net.URI;
import java.util.Optional;

/**
 * Where traces go.
 *
 * @param endpoint of a collector that speaks OTLP over HTTP; empty if there are no traces, or an embedding service has
 *     its own OpenTelemetry
 * @param sample which part of the traces that begin here is recorded, 0 to 1
 */
public record TraceSettings(Optional<URI> endpoint, double sample) {}
