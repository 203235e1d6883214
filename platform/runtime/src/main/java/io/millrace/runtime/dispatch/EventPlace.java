package io.millrace.runtime.dispatch;

import java.util.Optional;

/**
 * Where an event of a function is.
 *
 * @param detail a sentence for people
 * @param why it does not run, if it waits
 */
public record EventPlace(Place place, String detail, Optional<Wait> why) {
    /** Found in this order. */
    public enum Place {
        RUNNING("Running"),
        WAITING("Waiting"),
        DELAYED("Delayed"),
        DEAD_LETTERED("DeadLettered"),
        NOT_FOUND("NotFound");

        private final String wireName;

        Place(String wireName) {
            this.wireName = wireName;
        }

        /** As in the API. */
        public String wireName() {
            return wireName;
        }
    }

    static EventPlace waiting(Wait wait) {
        Place place = wait.reason() == WaitReason.DELAYED ? Place.DELAYED : Place.WAITING;
        return new EventPlace(place, wait.detail(), Optional.of(wait));
    }
}
