package io.millrace.runtime.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What becomes of payloads above Lambda's limits (lambda-semantics 10).
 *
 * @param maxBytes of the largest that is taken; 0 takes none
 * @param directory where they lie; without one, below the data directory
 * @param orphanAge a file to which no message refers is removed when it is older
 */
public record PayloadSettings(long maxBytes, Optional<Path> directory, Duration orphanAge) {}
