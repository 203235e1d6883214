package io.millrace.core.concurrency;

import java.util.Map;
import java.util.Optional;

/**
 * The governor's answer.
 *
 * @param generation and {@code sequence} of the request that is answered
 * @param shares permits of each pool; none of a pool that is not named
 * @param warm provisioned environments that this worker keeps ready, as part of its shares; empty leaves them as they
 *     are
 */
public record ShareGrant(
        String generation, long sequence, Map<Pool, Integer> shares, Optional<Map<WarmSlot, Integer>> warm) {
    public ShareGrant {
        shares = Map.copyOf(shares);
        warm = warm.map(Map::copyOf);
    }

    int share(Pool pool) {
        return shares.getOrDefault(pool, 0);
    }
}
