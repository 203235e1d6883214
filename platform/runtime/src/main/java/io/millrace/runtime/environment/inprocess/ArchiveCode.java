package io.millrace.runtime.environment.inprocess;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An unpacked archive and the class loader over it. Where Lambda would start a new process after static initialisation
 * failed, a new class loader is opened: the JVM never initialises the same class twice. Thread-safe.
 */
final class ArchiveCode implements HandlerCode {
    private final HandlerName name;
    private final UnpackedArchive archive;
    private final ClassLoader server;
    /** Older ones stay open until the end: environments that were made before may still run in them. */
    private final List<ArchiveLoader> loaders = new ArrayList<>();

    private Loaded current;

    private ArchiveCode(HandlerName name, UnpackedArchive archive, ClassLoader server) {
        this.name = name;
        this.archive = archive;
        this.server = server;
        this.current = open();
    }

    static ArchiveCode load(HandlerName name, Path file, ClassLoader server) {
        UnpackedArchive unpacked = UnpackedArchive.of(file, name);
        boolean loaded = false;
        try {
            ArchiveCode code = new ArchiveCode(name, unpacked, server);
            loaded = true;
            return code;
        } finally {
            if (!loaded) {
                unpacked.delete();
            }
        }
    }

    @Override
    public synchronized Loaded loaded() {
        return current;
    }

    @Override
    public synchronized void spoiled(Loaded classes) {
        if (classes.equals(current)) {
            current = open();
        }
    }

    @Override
    public synchronized void release() {
        loaders.forEach(ArchiveLoader::release);
        archive.delete();
    }

    private Loaded open() {
        ArchiveLoader loader = new ArchiveLoader(archive.classPath(), server);
        boolean opened = false;
        try {
            Loaded loaded = Loaded.of(name, loader, loader);
            loaders.add(loader);
            opened = true;
            return loaded;
        } finally {
            if (!opened) {
                loader.release();
            }
        }
    }
}
