package io.millrace.core.concurrency;

/** Ways to get the ledger wrong, each of which the simulation has to notice. */
enum LedgerFlaw {
    ON_DEMAND_BEFORE_PROVISIONED {
        @Override
        LedgerArithmetic arithmetic() {
            return new LedgerArithmetic() {
                @Override
                boolean takesProvisioned(VersionBooks version, int onDemandFree) {
                    return version.idle() > 0 && onDemandFree <= 0;
                }
            };
        }
    },
    A_PERMIT_IS_GIVEN_BACK_AT_EACH_CLOSE {
        @Override
        LedgerArithmetic arithmetic() {
            return new LedgerArithmetic() {
                @Override
                boolean givesBack(Permit permit) {
                    return true;
                }
            };
        }
    },
    PROVISIONED_IS_NOT_TAKEN_FROM_THE_UNRESERVED {
        @Override
        LedgerArithmetic arithmetic() {
            return new LedgerArithmetic() {
                @Override
                int claim(FunctionBooks function) {
                    return function.isReserved() ? function.reservation() : 0;
                }
            };
        }
    },
    REQUESTS_ACCUMULATE_FOR_THREE_SECONDS {
        @Override
        LedgerArithmetic arithmetic() {
            return new LedgerArithmetic() {
                @Override
                TokenBucket rate(long now) {
                    return new TokenBucket(SECOND, 3 * SECOND, now);
                }
            };
        }
    },
    ENVIRONMENTS_START_WITHOUT_LIMIT {
        @Override
        LedgerArithmetic arithmetic() {
            return new LedgerArithmetic() {
                @Override
                TokenBucket scaling(long now) {
                    return new TokenBucket(1, 10 * SECOND, now);
                }
            };
        }
    };

    abstract LedgerArithmetic arithmetic();
}
