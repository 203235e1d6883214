package io.millrace.runtime.kinesisapi;

import java.util.OptionalLong;

/**
 * What all reads together may hold in memory until their answers are with their clients. The fuller it is, the smaller
 * are the pages; a page may be smaller than asked for at any time. Thread-safe; the lock is held for an addition.
 */
final class ReadBudget {
    private static final long ALL = 64L << 20;
    private static final long LARGEST_PAGE = 10L << 20;
    /** The largest record, with what is around it. */
    private static final long SMALLEST_PAGE = (1L << 20) + 4_096;
    /** Of what is left, so that many find something. */
    private static final int PART = 4;

    private long left = ALL;

    /** @return bytes for one page, to be given back once; empty when there are too many reads at once */
    synchronized OptionalLong take() {
        long share = Math.max(SMALLEST_PAGE, Math.min(LARGEST_PAGE, left / PART));
        if (share > left) {
            return OptionalLong.empty();
        }
        left -= share;
        return OptionalLong.of(share);
    }

    synchronized void giveBack(long share) {
        left += share;
    }
}
