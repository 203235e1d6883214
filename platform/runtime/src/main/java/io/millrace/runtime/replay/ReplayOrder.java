package io.millrace.runtime.replay;

import io.millrace.core.function.FunctionName;
import java.time.Instant;

/**
 * Which past events are meant, and what becomes of them.
 *
 * @param into the version or alias that is to run them; empty where each keeps what it was published to
 * @param from accepted at this time or later
 * @param to accepted before this time
 * @param pattern of their payload, as event source mappings have them; empty for all
 * @param withoutKeys whether they lose the idempotency keys that their publishers gave them
 * @param dryRun whether they are only counted
 */
record ReplayOrder(
        FunctionName function,
        String into,
        Instant from,
        Instant to,
        String pattern,
        boolean withoutKeys,
        boolean dryRun) {}
