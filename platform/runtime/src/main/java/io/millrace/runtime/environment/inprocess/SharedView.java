package io.millrace.runtime.environment.inprocess;

import java.util.Set;

/**
 * What uploaded code sees of the server: the JDK and the packages that a handler and the platform must agree on. Thread-
 * safe.
 */
final class SharedView extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    private static final Set<String> SHARED_PACKAGES = Set.of(
            "com.amazonaws.services.lambda.runtime",
            "com.amazonaws.services.lambda.runtime.logging",
            "io.millrace.function",
            "org.slf4j",
            "org.slf4j.event",
            "org.slf4j.helpers",
            "org.slf4j.spi");

    private final ClassLoader server;

    SharedView(ClassLoader server) {
        super(ClassLoader.getPlatformClassLoader());
        this.server = server;
    }

    static boolean isShared(String className) {
        int dot = className.lastIndexOf('.');
        return dot > 0 && SHARED_PACKAGES.contains(className.substring(0, dot));
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (isShared(name)) {
            return server.loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }
}
