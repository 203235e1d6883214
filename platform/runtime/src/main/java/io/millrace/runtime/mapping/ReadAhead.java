package io.millrace.runtime.mapping;

/**
 * How many messages a poller has here before they can run: what its function gets through in a tenth of a second. A
 * busy one never waits for the broker then, and a slow one keeps nothing from other consumers. For one thread.
 */
final class ReadAhead {
    private static final long SPAN_NANOS = 100_000_000;
    private static final double MOST_MESSAGES = 2_000;
    private static final double MOST_BYTES = 16 * 1024 * 1024;

    private long since;
    private int messages;
    private long bytes;
    private int ahead;

    ReadAhead(long nanoTime) {
        this.since = nanoTime;
    }

    /** The function ran a batch, with whatever success. */
    void ran(int batchMessages, int batchBytes, long nanoTime) {
        messages += batchMessages;
        bytes += batchBytes;
        double spans = (nanoTime - since) / (double) SPAN_NANOS;
        if (spans >= 1) {
            double mostBySize = MOST_BYTES * messages / Math.max(1, bytes);
            ahead = (int) Math.min(messages / spans, Math.min(MOST_MESSAGES, mostBySize));
            since = nanoTime;
            messages = 0;
            bytes = 0;
        }
    }

    /** As nothing runs for a while. */
    void forget() {
        ahead = 0;
    }

    /** 0 until it is known. */
    int messages() {
        return ahead;
    }
}
