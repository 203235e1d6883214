package io.millrace.core.concurrency;

/**
 * Sums over all functions, also over forgotten ones that still run. Whoever changes a function takes it out of the sums
 * first and puts it back afterwards. Guarded by the ledger's lock.
 */
final class AccountBooks {
    private final LedgerArithmetic arithmetic;
    private int limit;
    private int claimed;
    private int unreservedUse;
    private int running;

    AccountBooks(LedgerArithmetic arithmetic, int limit) {
        this.arithmetic = arithmetic;
        this.limit = limit;
    }

    void resize(int newLimit) {
        limit = newLimit;
    }

    int limit() {
        return limit;
    }

    int running() {
        return running;
    }

    int claimed() {
        return claimed;
    }

    int unreservedUse() {
        return unreservedUse;
    }

    /** Below 0 when the account shrank under what is reserved and provisioned. */
    int unreserved() {
        return limit - claimed;
    }

    /** Below 0 when limits shrank under what runs. */
    int free() {
        return limit - running;
    }

    /** What the function's pool grants on demand, whoever uses it now. */
    int poolLimit(FunctionBooks function) {
        return function.isReserved() ? function.reservation() - function.provisioned() : unreserved();
    }

    /** Below 0 when limits shrank under what runs. */
    int poolFree(FunctionBooks function) {
        return poolLimit(function) - (function.isReserved() ? function.poolUse() : unreservedUse);
    }

    void takeOut(FunctionBooks function) {
        sum(function, -1);
    }

    void putBack(FunctionBooks function) {
        sum(function, 1);
    }

    private void sum(FunctionBooks function, int sign) {
        claimed += sign * arithmetic.claim(function);
        running += sign * function.running();
        if (!function.isReserved()) {
            unreservedUse += sign * function.poolUse();
        }
    }
}
