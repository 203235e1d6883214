package io.millrace.core.concurrency;

import io.millrace.core.concurrency.ShareRequest.Need;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A worker's shares and the lease on them (reliability-study C.3). It starts attempts within its shares and while
 * {@link #isUsable}; it asks {@link #onTick} before it asks the governor, after each pause, and often enough to meet the
 * margin.
 *
 * <p>A pure state machine: {@code now} is in nanoseconds of any origin that never go back. One thread.
 */
public final class LeasedShare {
    private final LeaseRules rules;
    private final String worker;
    private final String generation;
    private final TreeMap<Long, Long> sentAt = new TreeMap<>();
    private Map<Pool, Integer> shares = Map.of();
    private Map<WarmSlot, Integer> warm = Map.of();
    private long sequence;
    private long settled;
    private long leaseStart;
    private boolean leased;

    /** @param generation differs for each start of the worker */
    public LeasedShare(LeaseTerms terms, String worker, String generation) {
        this(new LeaseRules(terms), worker, generation);
    }

    LeasedShare(LeaseRules rules, String worker, String generation) {
        this.rules = rules;
        this.worker = worker;
        this.generation = generation;
    }

    /**
     * What to send to the governor now.
     *
     * @param running attempts of each pool
     * @param wanted permits of each pool that could be used; of every pool that this worker uses
     */
    public ShareRequest request(long now, Map<Pool, Integer> running, Map<Pool, Integer> wanted) {
        // An answer to them would come too late.
        sentAt.values().removeIf(sent -> !rules.isUsable(now - sent));
        sequence++;
        sentAt.put(sequence, now);
        Map<Pool, Need> needs = new HashMap<>();
        Set<Pool> pools = new HashSet<>(wanted.keySet());
        pools.addAll(running.keySet());
        pools.addAll(shares.keySet());
        for (Pool pool : pools) {
            needs.put(pool, new Need(share(pool), running.getOrDefault(pool, 0), wanted.getOrDefault(pool, 0)));
        }
        return new ShareRequest(worker, generation, sequence, settled, needs);
    }

    /** @return whether the shares are now those of the grant; it may have come too late in one way or another */
    public boolean accept(long now, ShareGrant grant) {
        Long sent = sentAt.get(grant.sequence());
        if (sent == null || !grant.generation().equals(generation) || isExpired(now)) {
            return false;
        }
        long start = rules.leaseStart(sent, now);
        if (!rules.isUsable(now - start)) {
            return false;
        }
        boolean shrinks = shares.entrySet().stream().anyMatch(share -> grant.share(share.getKey()) < share.getValue());
        shares = grant.shares();
        warm = grant.warm().orElse(warm);
        leaseStart = start;
        leased = true;
        // What was asked before a shrink told of more than there is now; a new governor would confirm that.
        settle(shrinks ? sequence : grant.sequence());
        return true;
    }

    /** Whether attempts may start. */
    public boolean isUsable(long now) {
        return leased && rules.isUsable(now - leaseStart);
    }

    /**
     * Drops all shares when the lease is over.
     *
     * @return true if that happened now: the worker must take no more deliveries, end what runs, and close its connection
     *     to the broker, before anything else
     */
    public boolean onTick(long now) {
        if (!isExpired(now)) {
            return false;
        }
        shares = Map.of();
        warm = Map.of();
        leased = false;
        settle(sequence);
        return true;
    }

    private boolean isExpired(long now) {
        return leased && !rules.isUsable(now - leaseStart);
    }

    private void settle(long upTo) {
        settled = upTo;
        sentAt.headMap(upTo, true).clear();
    }

    /** Permits of the pool, 0 while there is no lease. */
    public int share(Pool pool) {
        return shares.getOrDefault(pool, 0);
    }

    /** Permits of all pools. */
    public int total() {
        return shares.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Provisioned environments to keep ready, as part of the shares. */
    public Map<WarmSlot, Integer> warm() {
        return warm;
    }
}
