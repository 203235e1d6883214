package io.millrace.core.concurrency;

import io.millrace.core.invocation.InvocationType;

/**
 * Synchronous requests per second, by pool: so many for each permit that the pool grants. Guarded by the ledger's lock.
 */
final class RequestRates {
    private final int perPermit;
    private final AccountBooks account;
    private final TokenBucket unreserved;

    /** @param perPermit 0 is uncapped */
    RequestRates(int perPermit, AccountBooks account, TokenBucket unreserved) {
        this.perPermit = perPermit;
        this.account = account;
        this.unreserved = unreserved;
    }

    boolean cap(InvocationType type) {
        return perPermit > 0 && type == InvocationType.REQUEST_RESPONSE;
    }

    /** What the function draws on when it runs on demand. */
    TokenBucket onDemand(FunctionBooks function) {
        return function.isReserved() ? function.rate : unreserved;
    }

    void unreservedChanged(long now) {
        unreserved.resize(perSecond(account.unreserved()), now);
    }

    void functionChanged(FunctionBooks function, long now) {
        if (function.isReserved()) {
            function.rate.resize(perSecond(account.poolLimit(function)), now);
        }
        unreservedChanged(now);
    }

    void versionChanged(VersionBooks version, long now) {
        version.provisionedRate.resize(perSecond(version.requested), now);
    }

    private long perSecond(int permits) {
        return (long) perPermit * permits;
    }
}
