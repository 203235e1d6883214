package io.millrace.idempotency;

import java.time.Duration;
import java.util.Optional;

/**
 * Asks to be the one who runs under a key.
 *
 * @param payload what the key came with; a later one must be the same. Empty is not compared
 * @param lease after which the claim ends by itself if its owner dies
 */
public record ClaimRequest(Digest key, Optional<Digest> payload, Duration lease) {}
