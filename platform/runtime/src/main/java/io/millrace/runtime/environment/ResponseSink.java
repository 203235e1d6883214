package io.millrace.runtime.environment;

/**
 * Takes the response of one attempt as it is made, if the function makes it bit by bit; what it has taken is no longer
 * part of the outcome. Thread-safe; no method blocks. After the outcome, all that is written is dropped.
 */
public interface ResponseSink {
    /** 200 MiB (lambda-semantics 1.9). */
    long MAXIMUM_BYTES = 209_715_200;

    /** The largest chunk that {@link #write} takes. */
    int CHUNK_BYTES = 64 * 1024;

    /**
     * To be called once, first.
     *
     * @param contentType as the runtime told it
     */
    void begin(String contentType);

    /** @param chunk 1 to {@link #CHUNK_BYTES} bytes, never changed afterwards */
    void write(byte[] chunk);

    /** Whether the caller has not taken enough yet: who writes on all the same fills the memory. */
    boolean isFull();

    /** @param resume called once, on any thread, when it is not full; at once if it is not full now */
    void whenWritable(Runnable resume);
}
