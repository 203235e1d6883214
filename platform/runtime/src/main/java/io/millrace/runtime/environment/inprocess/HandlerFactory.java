package io.millrace.runtime.environment.inprocess;

/** Makes the handler object of one environment. Thread-safe. */
@FunctionalInterface
interface HandlerFactory {
    /** @throws Throwable what static initialisation or the constructor throws */
    BoundHandler create() throws Throwable;
}
