package io.millrace.runtime.dispatch;

/** Why events of a function wait. */
public enum WaitReason {
    /** All permits that it may have are in use. */
    NO_PERMIT("NoPermit"),
    /** The machine has no room for another environment. */
    NO_ROOM("NoRoom"),
    /** Another event of its message group comes first. */
    GROUP_LOCKED("GroupLocked"),
    /** Its time has not come: it failed, or its publisher wanted it later. */
    DELAYED("Delayed"),
    /** An event that may have ended the server's process runs alone. */
    QUARANTINE("Quarantine"),
    /** It has an idempotency key, and the store of keys cannot be asked. */
    STORE_AWAY("StoreAway"),
    /** Another invocation runs under its idempotency key. */
    KEY_IN_USE("KeyInUse"),
    /** Reserved concurrency is 0. */
    SWITCHED_OFF("SwitchedOff"),
    /** Nobody takes events from the queue. */
    NO_WORKER("NoWorker"),
    /** Somebody stopped the broker from delivering. */
    QUEUE_PAUSED("QueuePaused"),
    /** The broker refuses publishers: the queue, or its disk, is full. */
    BROKER_FULL("BrokerFull"),
    /** Nothing holds it up. */
    NEXT("Next");

    private final String wireName;

    WaitReason(String wireName) {
        this.wireName = wireName;
    }

    /** As in the API. */
    public String wireName() {
        return wireName;
    }
}
