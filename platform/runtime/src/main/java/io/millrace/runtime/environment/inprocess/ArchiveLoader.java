package io.millrace.runtime.environment.inprocess;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;

/**
 * The classes of one uploaded archive: its own first, then the JDK's; of the server's only what {@link SharedView} shows.
 * The library that maps event types is loaded anew for each archive, see {@link EventSerializers}. Thread-safe.
 */
final class ArchiveLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    private static final List<String> LIBRARY =
            List.of("com.amazonaws.services.lambda.runtime.serialization.", "com.amazonaws.lambda.thirdparty.");

    private final ClassLoader server;

    ArchiveLoader(URL[] classPath, ClassLoader server) {
        super(classPath, new SharedView(server));
        this.server = server;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith("java.") || SharedView.isShared(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            try {
                return findClass(name);
            } catch (ClassNotFoundException notInArchive) {
                return getParent().loadClass(name);
            }
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        try {
            return super.findClass(name);
        } catch (ClassNotFoundException notInArchive) {
            if (LIBRARY.stream().noneMatch(name::startsWith)) {
                throw notInArchive;
            }
            return defineLibraryClass(name);
        }
    }

    /** Closes the files; classes that are loaded already stay usable. */
    void release() {
        try {
            close();
        } catch (IOException e) {
            throw new UncheckedIOException("the class loader of an archive cannot be closed", e);
        }
    }

    private Class<?> defineLibraryClass(String name) throws ClassNotFoundException {
        try (InputStream bytes = server.getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] code = bytes.readAllBytes();
            return defineClass(name, code, 0, code.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
