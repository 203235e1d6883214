package io.millrace.runtime.runtimeapi;

/** Takes an answer while the runtime makes it. Called on the event loop of the {@link RuntimeApi}. */
public interface ResponseTaker {
    /** @param chunk one byte or more, never changed afterwards */
    void take(byte[] chunk);

    /** Whether the runtime is to be kept waiting before it writes more. */
    boolean isFull();

    /** @param resume called once, on any thread, when more can be taken */
    void whenWritable(Runnable resume);

    /** All bytes that one answer may have. */
    long maximumBytes();
}
