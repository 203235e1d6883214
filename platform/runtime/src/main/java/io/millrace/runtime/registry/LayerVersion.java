package io.millrace.runtime.registry;

import java.time.Instant;

/**
 * An archive that functions find unpacked in {@code /opt} (lambda-semantics 5.4). Immutable for ever.
 *
 * @param layer 1 to 140 of letters, digits, - and _
 * @param number from 1, never given twice for one layer
 */
public record LayerVersion(String layer, int number, LayerDescription about, CodeReference code, Instant created) {}
