package io.millrace.runtime.config;

import java.time.Duration;

/**
 * How long what functions write is kept.
 *
 * @param maximumBytesPerFunction on disk; 0 keeps nothing
 * @param retention since the last line of a file
 */
public record LogSettings(long maximumBytesPerFunction, Duration retention) {
    public boolean isOn() {
        return maximumBytesPerFunction > 0;
    }
}
