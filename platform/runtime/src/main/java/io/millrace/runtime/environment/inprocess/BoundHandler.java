package io.millrace.runtime.environment.inprocess;

/** One handler object, ready to be called with bytes. Blocking; one call at a time. */
interface BoundHandler {
    /**
     * @return the result as JSON bytes
     * @throws Throwable whatever the handler throws, and RuntimeException where JSON and Java types do not fit
     */
    byte[] invoke(byte[] event, InvocationContext context) throws Throwable;
}
