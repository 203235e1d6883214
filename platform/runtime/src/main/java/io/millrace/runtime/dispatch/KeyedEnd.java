package io.millrace.runtime.dispatch;

import io.millrace.core.invocation.Outcome;
import io.millrace.idempotency.StoredResult;

/** How an invocation with an idempotency key ended. */
sealed interface KeyedEnd {

    /** It ran. */
    record Ran(Outcome outcome) implements KeyedEnd {}

    /** It had run before: this is what came of it. */
    record Replayed(StoredResult result) implements KeyedEnd {}

    /** It did not run, and spent no attempt. */
    enum NotRun implements KeyedEnd {
        /** Another one runs under its key. */
        KEY_IN_USE,
        /** Its key came with another payload before. */
        KEY_REUSED,
        /** Its payload has no key, and its function requires one. */
        KEY_MISSING,
        /** Nobody can tell whether it may run. */
        STORE_AWAY,
        /** An event's key was claimed, but the machine has no room for it any more. */
        NO_ROOM,
        /** An event's key was claimed, but its version was replaced meanwhile, or could not be started. */
        NOT_STARTED
    }
}
