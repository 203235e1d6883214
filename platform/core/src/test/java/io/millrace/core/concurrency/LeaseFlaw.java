package io.millrace.core.concurrency;

/** Ways to get the lease protocol wrong, each of which the simulation has to notice (reliability-study C.5). */
enum LeaseFlaw {
    NO_FENCE {
        @Override
        LeaseRules rules(LeaseTerms terms) {
            return new LeaseRules(terms) {
                @Override
                boolean isUsable(long sinceLeaseStart) {
                    return true;
                }
            };
        }
    },
    NO_GRACE {
        @Override
        LeaseRules rules(LeaseTerms terms) {
            return new LeaseRules(terms) {
                @Override
                boolean isGrace(long sinceTakeover) {
                    return false;
                }
            };
        }
    },
    GRANTED_AGAIN_TOO_EARLY {
        @Override
        LeaseRules rules(LeaseTerms terms) {
            return new LeaseRules(terms) {
                @Override
                boolean isHeld(long sinceHeard) {
                    return sinceHeard <= terms.lease().toNanos() * 8 / 10;
                }
            };
        }
    },
    LEASE_COUNTED_FROM_THE_REPLY {
        @Override
        LeaseRules rules(LeaseTerms terms) {
            return new LeaseRules(terms) {
                @Override
                long leaseStart(long sent, long received) {
                    return received;
                }
            };
        }
    },
    SHRINK_COUNTED_BEFORE_IT_IS_CONFIRMED {
        @Override
        LeaseRules rules(LeaseTerms terms) {
            return new LeaseRules(terms) {
                @Override
                int accounted(int have, int open, int latest) {
                    return latest;
                }
            };
        }
    },
    ANSWERS_ON_THEIR_WAY_ARE_FORGOTTEN {
        @Override
        LeaseRules rules(LeaseTerms terms) {
            return new LeaseRules(terms) {
                @Override
                int accounted(int have, int open, int latest) {
                    return Math.max(have, latest);
                }
            };
        }
    },
    GRACE_WITHOUT_SHRINK {
        @Override
        LeaseRules rules(LeaseTerms terms) {
            return new LeaseRules(terms) {
                @Override
                int grantInGrace(int target, int have) {
                    return have;
                }
            };
        }
    };

    abstract LeaseRules rules(LeaseTerms terms);
}
