package io.millrace.function;

/**
 * A function that reads and writes bytes. A class that implements it needs a public constructor without arguments,
 * unless an object of it is handed to the platform. One object runs one event at a time, except where the embedding
 * service hands over an object of its own: that one must be thread-safe.
 */
@FunctionalInterface
public interface FunctionHandler {
    /**
     * Runs the function for one event. May be called again with the same request id: delivery is at least once. When
     * the function's timeout passes, the calling thread is interrupted and what comes back later is dropped.
     *
     * @param event the payload as it came in, usually UTF-8 JSON, at most 6 MB; not to be changed: a retry may see the same array
     * @return the result, usually UTF-8 JSON, at most 6 MiB + 100 bytes
     * @throws Exception any throwable fails the attempt, with its class name as error type
     */
    byte[] handle(byte[] event, FunctionContext context) throws Exception;
}
