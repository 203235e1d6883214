package io.millrace.broker.embedded;

import java.time.Duration;

/**
 * How long the broker keeps what passed through its journal, to be read again (docs/adr/0018).
 *
 * @param period at least 1 ms; what is older goes with its file of the journal
 * @param maximumBytes at least 20 MB, two files of the journal; the oldest go first
 */
public record Retention(Duration period, long maximumBytes) {
    private static final long LEAST_BYTES = 20_971_520;

    public Retention {
        if (period.toMillis() < 1) {
            throw new IllegalArgumentException("period is " + period + ", expected at least PT0.001S");
        }
        if (maximumBytes < LEAST_BYTES) {
            throw new IllegalArgumentException(
                    "maximumBytes is " + maximumBytes + ", expected at least " + LEAST_BYTES);
        }
    }
}
