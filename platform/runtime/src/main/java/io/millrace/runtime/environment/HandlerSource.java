package io.millrace.runtime.environment;

import java.nio.file.Path;

/** Where a function's code comes from. */
public sealed interface HandlerSource {
    /**
     * An object of the embedding service: a RequestHandler, RequestStreamHandler, FunctionHandler or
     * java.util.function.Function. One object serves all environments.
     */
    record Instance(Object handler) implements HandlerSource {}

    /** The class named by the definition's handler, in the class loader of the embedding service. */
    record HostClass(ClassLoader loader) implements HandlerSource {}

    /** The class named by the definition's handler, in an uploaded jar, or zip with classes and lib/*.jar. */
    record Archive(Path file) implements HandlerSource {}
}
