package io.millrace.runtime.dispatch;

import java.time.Instant;
import java.util.Optional;

/**
 * One reason why events of a function wait.
 *
 * @param events that wait for it
 * @param detail a sentence for people
 * @param until when it ends at the latest, as far as that is known
 * @param heldBy the event that has to end first
 */
public record Wait(WaitReason reason, long events, String detail, Optional<Instant> until, Optional<String> heldBy) {
    static Wait of(WaitReason reason, long events, String detail) {
        return new Wait(reason, events, detail, Optional.empty(), Optional.empty());
    }

    Wait forOne() {
        return new Wait(reason, 1, detail, until, heldBy);
    }
}
