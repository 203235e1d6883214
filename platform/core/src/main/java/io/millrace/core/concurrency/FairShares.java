package io.millrace.core.concurrency;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Who should have how much of a pool: what each wants, as far as nobody who has less wants more. */
final class FairShares {
    private FairShares() {}

    /** @param holders in an order that stays: who comes later and has as much gets the permits that do not divide */
    static int target(Pool pool, int limit, Iterable<Holder> holders, Holder of) {
        List<Holder> byWant = new ArrayList<>();
        holders.forEach(byWant::add);
        // Who has more already keeps what does not divide: else it would wander.
        byWant.sort(Comparator.<Holder>comparingInt(holder -> holder.need(pool).want())
                .thenComparingInt(holder -> holder.need(pool).have()));
        int left = limit;
        for (int i = 0; i < byWant.size(); i++) {
            Holder holder = byWant.get(i);
            int share = Math.min(holder.need(pool).want(), left / (byWant.size() - i));
            if (holder == of) {
                return share;
            }
            left -= share;
        }
        return 0;
    }
}
