package io.millrace.core.concurrency;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/** What the governor knows of one start of a worker. */
final class Holder {
    private final LeaseRules rules;
    private final Deque<Answer> open = new ArrayDeque<>();
    private ShareRequest latestRequest;
    private Map<Pool, Integer> latestGrant = Map.of();
    private long heardAt;

    Holder(LeaseRules rules, ShareRequest first, long now) {
        this.rules = rules;
        this.latestRequest = first;
        this.heardAt = now;
    }

    private record Answer(ShareGrant grant, long requestHeardAt) {}

    void heard(ShareRequest request, long now) {
        latestRequest = request;
        heardAt = now;
        forgetSettled(now);
    }

    void answered(ShareGrant grant) {
        open.add(new Answer(grant, heardAt));
        latestGrant = grant.shares();
    }

    long sequence() {
        return latestRequest.sequence();
    }

    ShareRequest.Need need(Pool pool) {
        return latestRequest.need(pool);
    }

    boolean isHeld(long now) {
        return rules.isHeld(now - heardAt);
    }

    /** What the worker may use of the pool at most. */
    int accounted(Pool pool) {
        int highest = 0;
        for (Answer answer : open) {
            highest = Math.max(highest, answer.grant().share(pool));
        }
        return rules.accounted(need(pool).have(), highest, latestGrant.getOrDefault(pool, 0));
    }

    // The lease of an answer that is too old is over before it could come.
    private void forgetSettled(long now) {
        open.removeIf(answer ->
                answer.grant().sequence() <= latestRequest.settled() || !rules.isHeld(now - answer.requestHeardAt()));
    }
}
