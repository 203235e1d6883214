package io.millrace.runtime.environment;

import java.nio.file.Path;
import java.util.List;

/** Where a function's code comes from. */
public sealed interface HandlerSource {
    /**
     * An object of the embedding service: a RequestHandler, RequestStreamHandler, FunctionHandler or
     * java.util.function.Function. One object serves all environments.
     */
    record Instance(Object handler) implements HandlerSource {}

    /** The class named by the definition's handler, in the class loader of the embedding service. */
    record HostClass(ClassLoader loader) implements HandlerSource {}

    /**
     * Uploaded code. In a process it is unpacked as it is; inside the server's JVM it is a jar, or zip with classes and
     * lib/*.jar.
     *
     * @param layers archives that are unpacked under {@code /opt}, later ones over earlier ones
     */
    record Archive(Path file, List<Path> layers) implements HandlerSource {
        public Archive {
            layers = List.copyOf(layers);
        }
    }
}
