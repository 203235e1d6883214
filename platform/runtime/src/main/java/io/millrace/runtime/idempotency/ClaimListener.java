package io.millrace.runtime.idempotency;

import io.millrace.idempotency.Claim;

/** Learns what became of a claim: one of the two, once, on any thread. Must not block. */
public interface ClaimListener {

    void claimed(Claim claim);

    /** Nothing is known of the key; it may be asked for again. */
    void storeAway(String reason);
}
