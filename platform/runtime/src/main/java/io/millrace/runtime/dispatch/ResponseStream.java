package io.millrace.runtime.dispatch;

import io.vertx.core.buffer.Buffer;

/**
 * Takes the response of a function as it is made. Called on the event loop of the caller that asked for it, first
 * {@link #begin} once, then chunks; neither when the function did not run.
 */
public interface ResponseStream {

    /**
     * The function has begun to answer.
     *
     * @param executedVersion {@code $LATEST} or a number
     * @param contentType as the function's runtime told it; {@code application/json} for one that does not stream
     */
    void begin(String executedVersion, String contentType);

    /** @param bytes at least one */
    void chunk(Buffer bytes);

    /**
     * Whether what was handed over has not gone on yet, so that the function should wait; about a megabyte more may come
     * all the same.
     */
    default boolean isFull() {
        return false;
    }

    /** @param drained to be called once, on the same event loop, when it is not full any more or {@link #isGone} */
    default void whenDrained(Runnable drained) {
        drained.run();
    }

    /** Whether nobody takes the response any more; the function runs on, but no more of its response comes here. */
    default boolean isGone() {
        return false;
    }
}
