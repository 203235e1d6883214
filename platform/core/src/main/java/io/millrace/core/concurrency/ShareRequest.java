package io.millrace.core.concurrency;

import java.util.Map;

/**
 * A worker's heartbeat to its governor (reliability-study C.3).
 *
 * @param generation differs for each start of the worker
 * @param sequence of this worker and generation, rising
 * @param settled answers to this and all earlier requests can no longer change the worker's share
 * @param needs of every pool that the worker uses
 */
public record ShareRequest(String worker, String generation, long sequence, long settled, Map<Pool, Need> needs) {
    static final Need NOTHING = new Need(0, 0, 0);

    public ShareRequest {
        needs = Map.copyOf(needs);
    }

    /**
     * @param share permits that the worker may use
     * @param running permits that it uses; more than its share after a shrink
     * @param want permits that it could use
     */
    public record Need(int share, int running, int want) {
        int have() {
            return Math.max(share, running);
        }
    }

    Need need(Pool pool) {
        return needs.getOrDefault(pool, NOTHING);
    }
}
