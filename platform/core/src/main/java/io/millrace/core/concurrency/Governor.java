package io.millrace.core.concurrency;

import io.millrace.core.Require;
import io.millrace.core.concurrency.ShareRequest.Need;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Leases shares of every pool to workers, so that no invocation asks anybody (reliability-study C.1 to C.3). At any
 * instant what all workers may use of a pool is at most its limit, or was granted before the limit shrank. There is one
 * governor at a time; a new one knows nothing, and for one lease confirms what workers have and grants no more.
 *
 * <p>A pure state machine: {@code now} is in nanoseconds of any origin that never go back. One thread.
 */
public final class Governor {
    private final LeaseRules rules;
    private final long takeover;
    private final Map<Pool, Integer> limits = new HashMap<>();
    private final Map<WarmSlot, Integer> provisioned = new HashMap<>();
    private final TreeMap<String, Holder> holders = new TreeMap<>();

    public Governor(LeaseTerms terms, long now) {
        this(new LeaseRules(terms), now);
    }

    Governor(LeaseRules rules, long now) {
        this.rules = rules;
        this.takeover = now;
    }

    /** Takes effect as workers ask again: at once where that grows a share, once confirmed where it shrinks one. */
    public void resize(Pool pool, int limit) {
        Require.between("limit of " + pool, limit, 0, ConcurrencyRules.HIGHEST);
        limits.put(pool, limit);
    }

    /** No worker gets a share of it any more. */
    public void remove(Pool pool) {
        limits.remove(pool);
    }

    /** @param environments over all workers; they are part of the function's pool, never more */
    public void provision(WarmSlot slot, int environments) {
        Require.between("provisioned environments", environments, 0, ConcurrencyRules.HIGHEST);
        if (environments == 0) {
            provisioned.remove(slot);
        } else {
            provisioned.put(slot, environments);
        }
    }

    /** @return empty for a request that a later one of the same worker has overtaken */
    public Optional<ShareGrant> onRequest(long now, ShareRequest request) {
        onTick(now);
        String key = request.worker() + '/' + request.generation();
        Holder holder = holders.get(key);
        if (holder == null) {
            holder = new Holder(rules, request, now);
            holders.put(key, holder);
        } else if (request.sequence() <= holder.sequence()) {
            return Optional.empty();
        }
        holder.heard(request, now);
        boolean grace = rules.isGrace(now - takeover);
        Map<Pool, Integer> shares = new HashMap<>();
        for (Pool pool : request.needs().keySet()) {
            shares.put(pool, share(pool, holder, grace));
        }
        // In grace not all workers are known, and the first would be told to keep everything ready.
        Optional<Map<WarmSlot, Integer>> warm = grace ? Optional.empty() : Optional.of(warm(holder, shares));
        ShareGrant grant = new ShareGrant(request.generation(), request.sequence(), shares, warm);
        holder.answered(grant);
        return Optional.of(grant);
    }

    /** Forgets workers whose leases are over; called now and then. */
    public void onTick(long now) {
        holders.values().removeIf(holder -> !holder.isHeld(now));
    }

    private int share(Pool pool, Holder holder, boolean grace) {
        int limit = limits.getOrDefault(pool, 0);
        Need need = holder.need(pool);
        int accounted = 0;
        int running = 0;
        for (Holder other : holders.values()) {
            accounted += other == holder ? 0 : other.accounted(pool);
            running += other == holder ? 0 : other.need(pool).running();
        }
        // After a shrink, others may run more than is fair: nothing starts here until they have ended.
        int target = Math.min(FairShares.target(pool, limit, holders.values(), holder), Math.max(0, limit - running));
        if (grace) {
            return rules.grantInGrace(target, need.have());
        }
        // What it has it may keep, as that is accounted already; more only as far as others leave it.
        return Math.min(target, Math.max(need.have(), limit - accounted));
    }

    private Map<WarmSlot, Integer> warm(Holder holder, Map<Pool, Integer> shares) {
        Map<Pool, Integer> left = new HashMap<>(shares);
        Map<WarmSlot, Integer> warm = new HashMap<>();
        provisioned.forEach((slot, environments) -> {
            Pool own = new Pool.Reserved(slot.function());
            Pool pool = limits.containsKey(own) ? own : new Pool.Unreserved();
            int slots = Math.min(part(environments, pool, holder), left.getOrDefault(pool, 0));
            if (slots > 0) {
                warm.put(slot, slots);
                left.merge(pool, -slots, Integer::sum);
            }
        });
        return warm;
    }

    /** An equal part for each worker that uses the pool; the first ones get what does not divide. */
    private int part(int environments, Pool pool, Holder of) {
        int before = 0;
        int users = 0;
        for (Holder holder : holders.values()) {
            before += holder == of ? users - before : 0;
            users += holder.need(pool).want() > 0 ? 1 : 0;
        }
        if (of.need(pool).want() == 0) {
            return 0;
        }
        return environments / users + (before < environments % users ? 1 : 0);
    }
}
