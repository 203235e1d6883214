package io.millrace.idempotency;

import java.time.Duration;
import java.util.Optional;

/**
 * The end of a claim.
 *
 * @param result empty frees the key: the next one runs
 * @param timeToLive how long duplicates get the result
 */
public record Ending(Claim.Won claim, Optional<StoredResult> result, Duration timeToLive) {

    public static Ending completed(Claim.Won claim, StoredResult result, Duration timeToLive) {
        return new Ending(claim, Optional.of(result), timeToLive);
    }

    public static Ending freed(Claim.Won claim) {
        return new Ending(claim, Optional.empty(), Duration.ZERO);
    }
}
