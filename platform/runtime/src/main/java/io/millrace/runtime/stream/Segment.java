package io.millrace.runtime.stream;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A part of a shard, in a queue of its own. Only the last one of a shard may be open. One server writes to it from one
 * start to the next stop, no longer: what a connection that was thought dead still carries comes behind the end.
 *
 * @param number from 1 on
 * @param sealed when its end was written, which none of its records came after
 * @param records how many are in it, without a gap; empty where its writer did not end it in peace, as then nobody knows
 *     what became of the last ones
 */
record Segment(long number, Instant opened, Optional<Instant> sealed, OptionalLong records) {
    static Segment opened(long number, Instant now) {
        return new Segment(number, now, Optional.empty(), OptionalLong.empty());
    }

    boolean isSealed() {
        return sealed.isPresent();
    }

    Segment sealedAt(Instant now, OptionalLong whole) {
        return new Segment(number, opened, Optional.of(now), whole);
    }
}
