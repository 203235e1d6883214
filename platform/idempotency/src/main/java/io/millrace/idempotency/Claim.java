package io.millrace.idempotency;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What became of a {@link ClaimRequest}. */
public sealed interface Claim {

    /**
     * Nobody else runs under this key until the lease ends or {@link IdempotencyStore#end}.
     *
     * @param token tells this claim from later ones of the same key
     * @param until when the lease ends
     */
    record Won(Digest key, UUID token, Instant until) implements Claim {}

    /**
     * It ran already.
     *
     * @param payload with which it ran
     * @param until when this is forgotten
     */
    record Completed(StoredResult result, Optional<Digest> payload, Instant until) implements Claim {}

    /**
     * Another owner's lease runs.
     *
     * @param until when it ends, unless it is ended before
     */
    record InProgress(Instant until) implements Claim {}

    /** The key came with another payload before. */
    record OtherPayload() implements Claim {}
}
