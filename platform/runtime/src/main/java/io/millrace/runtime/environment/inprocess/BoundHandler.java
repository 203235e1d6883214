package io.millrace.runtime.environment.inprocess;

/** One handler object, ready to be called with an event. Blocking; one call at a time. */
interface BoundHandler {
    /**
     * @return the result as JSON bytes
     * @throws Throwable whatever the handler throws, and RuntimeException where JSON and Java types do not fit
     */
    byte[] invoke(HandlerEvent event, InvocationContext context) throws Throwable;
}
