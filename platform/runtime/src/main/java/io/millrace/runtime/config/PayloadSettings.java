package io.millrace.runtime.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What becomes of payloads above Lambda's limits (lambda-semantics 10).
 *
 * @param maxBytes of the largest that is taken; 0 takes none
 * @param directory where they lie, or until the store has them; without one, below the data directory
 * @param store where they lie instead
 * @param orphanAge what no message refers to is removed when it is older
 */
public record PayloadSettings(
        long maxBytes, Optional<Path> directory, Optional<PayloadStoreSettings> store, Duration orphanAge) {
    /** Name of the setting. */
    public static final String STORE = "payloads.store";
}
