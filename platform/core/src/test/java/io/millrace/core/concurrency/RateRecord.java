package io.millrace.core.concurrency;

import java.util.ArrayList;
import java.util.List;

/**
 * What a rate allows, said without a bucket: in every window up to now, no more than a full period's worth at its start
 * and what the rates since then come to. Keeps all that happened and looks at every window each time.
 */
final class RateRecord {
    private final long period;
    private final List<Change> changes = new ArrayList<>();
    private final List<Long> takes = new ArrayList<>();

    private record Change(long at, long amount) {}

    RateRecord(long period) {
        this.period = period;
    }

    void resize(long amount, long now) {
        if (amount > 0 && (changes.isEmpty() || changes.get(changes.size() - 1).amount() != amount)) {
            changes.add(new Change(now, amount));
        }
    }

    void take(long now) {
        takes.add(now);
    }

    long tokens(long now) {
        if (changes.isEmpty()) {
            return 0;
        }
        // From the newest window to the longest; amounts in tokens times nanoseconds.
        long earned = 0;
        long taken = 0;
        long until = now;
        int take = takes.size() - 1;
        long allowed = Long.MAX_VALUE;
        for (int change = changes.size() - 1; change >= 0; change--) {
            long amount = changes.get(change).amount();
            long from = changes.get(change).at();
            allowed = Math.min(allowed, amount * period + earned - taken * period);
            while (take >= 0 && takes.get(take) >= from) {
                earned += amount * (until - takes.get(take));
                until = takes.get(take);
                taken++;
                take--;
                allowed = Math.min(allowed, amount * period + earned - taken * period);
            }
            earned += amount * (until - from);
            until = from;
            allowed = Math.min(allowed, amount * period + earned - taken * period);
        }
        forgetBefore(now, allowed);
        return allowed / period;
    }

    // Full: no window that begins earlier can allow less than those to come.
    private void forgetBefore(long now, long allowed) {
        Change latest = changes.get(changes.size() - 1);
        if (allowed == latest.amount() * period) {
            takes.clear();
            changes.clear();
            changes.add(new Change(now, latest.amount()));
        }
    }
}
