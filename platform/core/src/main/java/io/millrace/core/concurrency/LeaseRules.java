package io.millrace.core.concurrency;

/**
 * The rules of the lease protocol that are easily got wrong (reliability-study C.3). Not final, so that the simulation
 * can get each wrong and be caught.
 */
class LeaseRules {
    private final LeaseTerms terms;

    LeaseRules(LeaseTerms terms) {
        this.terms = terms;
    }

    /** Whether the worker may still use its share. */
    boolean isUsable(long sinceLeaseStart) {
        return sinceLeaseStart < terms.usedNanos();
    }

    /** From when the lease counts: the governor may have counted since any instant after the request was sent. */
    long leaseStart(long sent, long received) {
        return sent;
    }

    /** Whether a worker may still use what it was granted, as far as the governor knows. */
    boolean isHeld(long sinceHeard) {
        return sinceHeard <= terms.heldNanos();
    }

    /** Whether workers of which a new governor has not heard may still use what its predecessor granted. */
    boolean isGrace(long sinceTakeover) {
        return !terms.isEndless() && sinceTakeover <= terms.heldNanos();
    }

    /** In grace nothing grows, but what became too much shrinks. */
    int grantInGrace(int target, int have) {
        return Math.min(target, have);
    }

    /**
     * What a worker may use at most. A smaller grant counts only once the worker has confirmed it.
     *
     * @param open the highest of the grants that may still reach it
     * @param latest the grant that was made last
     */
    int accounted(int have, int open, int latest) {
        return Math.max(have, open);
    }
}
