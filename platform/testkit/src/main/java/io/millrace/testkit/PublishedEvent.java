package io.millrace.testkit;

/**
 * An event that the broker has. Its end is found by its request id, which stays the same over retries and redrives.
 * Waiting blocks; thread-safe.
 */
public final class PublishedEvent {
    private final RunningPlatform platform;
    private final String function;
    private final String requestId;

    PublishedEvent(RunningPlatform platform, String function, String requestId) {
        this.platform = platform;
        this.function = function;
        this.requestId = requestId;
    }

    public String function() {
        return function;
    }

    /** The id the function sees. */
    public String requestId() {
        return requestId;
    }

    /**
     * Waits until an attempt at the event succeeded. The event is then on its way to being settled;
     * {@link MillraceExtension#awaitQuiet} waits for that.
     *
     * @throws AssertionError when it becomes a dead letter instead, or neither happens in time
     */
    public Success awaitSuccess() {
        return platform.awaitSuccess(this);
    }

    /**
     * Waits until the event is in the dead-letter queue of its function.
     *
     * @throws AssertionError when it succeeds instead, or neither happens in time
     */
    public Failure awaitDeadLetter() {
        return platform.awaitDeadLetter(this);
    }

    @Override
    public String toString() {
        return "event " + requestId + " of function '" + function + "'";
    }
}
