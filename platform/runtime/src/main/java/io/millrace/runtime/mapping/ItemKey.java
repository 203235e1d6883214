package io.millrace.runtime.mapping;

import io.millrace.idempotency.Digest;
import java.util.Optional;

/**
 * The idempotency key of a record.
 *
 * @param payload what the key came with, where its sender named it; it must be the same at the next time
 */
record ItemKey(Digest digest, Optional<Digest> payload) {}
