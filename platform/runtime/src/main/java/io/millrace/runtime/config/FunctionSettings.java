package io.millrace.runtime.config;

import java.time.Duration;

/**
 * What a function gets that does not say it itself.
 *
 * @param timeout of one attempt, 1 ms to 15 min
 * @param memorySizeMegabytes 128 to 10,240
 */
public record FunctionSettings(Duration timeout, int memorySizeMegabytes) {}
